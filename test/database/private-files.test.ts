import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { basicOf, create } from '../support/client.js';
import { newEmbeddedData } from '../support/data.js';
import { Service } from '../support/service.js';

/** Windows has no file modes. */
const onPosix = process.platform === 'win32' ? describe.skip : describe;

/** The files and folders below a folder, and the folder itself, that users other than the owner may read, change or enter. */
function openToOthers(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return [folder, ...below].filter((path) => statSync(path).mode & 0o077);
}

onPosix('the files of the embedded database', () => {
  let service: Service;
  afterEach(() => service.dispose());

  it('can be read only by their owner, in a folder that existed before and was open to all', async () => {
    const dataDir = newEmbeddedData();
    rmSync(join(dataDir, 'database'), { recursive: true });
    chmodSync(dataDir, 0o777);
    service = await Service.startAloneOn(dataDir, { ADMIN_PASSWORD: 'correct horse: battery' });
    await create(service.client(basicOf('admin')));
    expect(openToOthers(dataDir)).toEqual([]);
    expect(service.log).not.toContain('can reach');
  });

  it('are closed to other users at the next start if they were open', async () => {
    const dataDir = newEmbeddedData();
    const database = join(dataDir, 'database');
    for (const name of readdirSync(database, { recursive: true, encoding: 'utf8' })) {
      const path = join(database, name);
      chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o666);
    }
    chmodSync(database, 0o755);
    chmodSync(join(dataDir, 'secret'), 0o644);
    service = await Service.startAloneOn(dataDir);
    expect(openToOthers(dataDir)).toEqual([]);
  });

  it('are closed in a folder that contains other files too; the folder keeps its mode, and the log names it', async () => {
    const dataDir = newEmbeddedData();
    mkdirSync(join(dataDir, 'of-another-program'));
    writeFileSync(join(dataDir, 'notes.txt'), 'for all to read', { mode: 0o644 });
    chmodSync(dataDir, 0o755);
    chmodSync(join(dataDir, 'database'), 0o755);
    service = await Service.startAloneOn(dataDir);
    expect(openToOthers(join(dataDir, 'database'))).toEqual([]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o755);
    const named = service.log.split('\n').filter((line) => line.includes('can reach'));
    expect(named).toEqual([expect.stringContaining(`can reach ${dataDir} (mode 0755). `)]);
    expect(named[0]).toContain('"level":40');
  });
});
