import { fromBundle } from './bundle.js';

const { serve } = (await fromBundle<typeof import('./serve.js')>('serve')) ?? (await import('./serve.js'));
await serve();
