/**
 * Writes docs/openapi.json, the document that the built service serves at /api/openapi.json; with --check, only says whether the
 * committed one is the same. The service is put together on a temporary data folder and never listens.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FILE = join(ROOT, 'docs/openapi.json');

async function generate() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-openapi-'));
  Object.assign(process.env, { DATABASE_URL: '', DATA_DIR: dataDir, ADMIN_PASSWORD: 'for no one', LOG_LEVEL: 'warn' });
  try {
    const { createApplication } = await import(join(ROOT, 'dist/application.js'));
    const { openApiDocument } = await import(join(ROOT, 'dist/http/openapi.js'));
    const app = await createApplication();
    const document = openApiDocument(app);
    await app.close();
    return `${JSON.stringify(document, null, 2)}\n`;
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

function committed() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

const document = await generate();
if (!process.argv.includes('--check')) {
  mkdirSync(join(ROOT, 'docs'), { recursive: true });
  writeFileSync(FILE, document);
} else if (document !== committed()) {
  console.error('docs/openapi.json is not what the service documents: run `npm run openapi` and commit it.');
  process.exitCode = 1;
}
