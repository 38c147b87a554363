import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Settings of whoever runs the script that must not count. */
const NONE = { HOST: '', PORT: '', PUBLIC_URL: '', DATABASE_URL: '' };

/** What a function makes of the built application, which has a temporary data folder for as long as that takes. */
export async function withService(settings, use) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-made-'));
  Object.assign(process.env, NONE, { DATA_DIR: dataDir, ADMIN_PASSWORD: 'for no one', LOG_LEVEL: 'warn' }, settings);
  try {
    const { createApplication } = await import(join(ROOT, 'dist/application.js'));
    const app = await createApplication();
    try {
      return await use(app);
    } finally {
      await app.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}
