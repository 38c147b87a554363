import { fromBundle } from './bundle.js';

const { serve } = (await fromBundle('serve')) ?? (await import('./serve.js'));
await serve();
