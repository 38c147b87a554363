import { loadDefinition } from './definition-file.js';
import { serve } from './serve.js';

await serve(() => loadDefinition());
