import { createResourceServer } from './application.js';
import { Settings } from './settings.js';

const app = await createResourceServer(Settings.of(process.env));
await app.listen(Number(process.env['PORT'] ?? 3001), '127.0.0.1');
console.log(`Listening at ${await app.getUrl()}`);
