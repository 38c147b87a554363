/**
 * Serves the example at http://127.0.0.1:5173 (PORT): `SERVICE_URL=http://127.0.0.1:3000 node examples/browser/serve.mjs`. With this
 * policy the page can load only its own files, and call only the service.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const SERVICE = process.env.SERVICE_URL ?? 'http://127.0.0.1:3000';
const PORT = Number(process.env.PORT ?? 5173);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FILES = ['index.html', 'app.js', 'session.js', 'proofs.js', 'store.js', 'config.js', 'style.css'];
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  `connect-src ${new URL(SERVICE).origin}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const server = createServer((request, response) => {
  const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1);
  const isConfig = name === 'config.js';
  const content = isConfig ? `export const SERVICE = ${JSON.stringify(SERVICE)};\n` : undefined;
  if (!FILES.includes(name)) {
    response.writeHead(404).end();
    return;
  }
  const headers = { 'content-type': `${TYPES[extname(name)]}; charset=utf-8`, 'content-security-policy': POLICY };
  Promise.resolve(content ?? readFile(join(import.meta.dirname, name))).then(
    (body) => response.writeHead(200, headers).end(body),
    () => response.writeHead(500).end(),
  );
});
server.listen(PORT, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
