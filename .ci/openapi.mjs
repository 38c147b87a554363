/**
 * Writes docs/openapi.json, the document that the built service serves at /api/openapi.json; with --check, only says whether the
 * committed one is the same. The service runs on a temporary data folder, for as long as that takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOrCheck } from './made-file.mjs';

const ROOT = join(import.meta.dirname, '..');

async function generate() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-openapi-'));
  // As by default: the document names the public URL.
  const address = { HOST: '', PORT: '', PUBLIC_URL: '' };
  Object.assign(process.env, { ...address, DATABASE_URL: '', DATA_DIR: dataDir, ADMIN_PASSWORD: 'for no one' });
  process.env.LOG_LEVEL = 'warn';
  try {
    const { createApplication } = await import(join(ROOT, 'dist/application.js'));
    const app = await createApplication();
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/api/openapi.json`);
    if (!response.ok) throw new Error(`The service answered ${response.status}.`);
    const document = await response.json();
    await app.close();
    return `${JSON.stringify(document, null, 2)}\n`;
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

writeOrCheck('docs/openapi.json', await generate(), {
  expected: 'what the service documents',
  command: 'npm run openapi',
});
