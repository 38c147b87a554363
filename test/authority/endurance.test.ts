import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, '../bench/endurance.mjs');

it('twenty clients at full speed all keep their session through crashes and restarts', async () => {
  const args = [SCRIPT, '--clients', '20', '--refreshes', '30', '--kill-every', '10'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toMatchObject({ clients: 20, working: 20, refreshes: 600, kills: 2, refusals: 0 });
});
