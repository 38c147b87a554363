import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/service.js';
import { runMain } from '../support/run-main.js';

it('damaged database files end the start with a sentence that names DATA_DIR', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  mkdirSync(join(folder, 'database'));
  writeFileSync(join(folder, 'database/PG_VERSION'), 'junk');
  const { code, output } = await runMain({ DATA_DIR: folder, PORT: String(await freePort()) });
  rmSync(folder, { recursive: true });
  expect([code, / at .*\.js/.test(output)]).toEqual([1, false]);
  expect(output).toMatch(
    /^Bad settings:\n {2}DATA_DIR: the embedded database in \S+ cannot be opened \(.+\); expected/m,
  );
});
