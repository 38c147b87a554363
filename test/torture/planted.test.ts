import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage } from './engines.mjs';
import { plantAll } from './plants.mjs';

const RUN = join(import.meta.dirname, 'run.mjs');
/** A run ends immediately when it finds the fault. A busy machine may need long: the fault shows only in some of the requests. */
const MINUTES = '5';

/** No fault changes the schema or the users, so all tests start with copies of one database. */
const image = mkdtempSync(join(tmpdir(), 'tessera-planted-'));
await makeImage(image);
afterAll(() => {
  rmSync(image, { recursive: true });
});

const programs = await plantAll();

/** Tortures a program with a scenario until the output matches or the run ends. Returns the output. */
async function torture(main: string, scenario: string, until: RegExp): Promise<string> {
  const options = { main, only: scenario, engine: 'embedded', image, minutes: MINUTES, seed: 'planted' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [RUN, ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (until.test(output)) child.kill();
    });
  }
  await once(child, 'close');
  return output;
}

it.concurrent.each([
  ['answer before commit', 'crash', /no acknowledged write is lost|no session (.* )?is lost|never survives|comes back/],
  ['forget the family', 'thieves', /an ended session never answers|a replay ends the session/],
  ['find, then update', 'crash', /no token works twice: .* two concurrent requests got different refresh tokens/],
  ['a retry window that never ends', 'crash', /no token works twice: .* a replayed token was redeemed/],
  ['the age of any rotation', 'thieves', /a replay ends the session/],
  ['hanging up excuses', 'thieves', /a replay ends the session/],
  ['an end that can be outrun', 'thieves', /a replay ends the session/],
  [
    'a window for lost answers that nothing closes',
    'thieves',
    /no token works twice: .* a replayed token was redeemed/,
  ],
  ['an edit that lengthens', 'thieves', /an edit lengthens no session/],
  ['an edit that revives', 'thieves', /an ended session never|a dead token never/],
  ['a cutoff that a refresh outlives', 'cutoffs', /a cutoff ends what began before it/],
  ['a throttle that counts after hashing', 'abuse', /guesses were evaluated, more than/],
  ['skip the guard on one route', 'abuse', /a route is for its role/],
])('“%s” is found by the scenario %s', async (fault, scenario, violation) => {
  expect(await torture(programs.get(fault) ?? '', scenario, violation)).toMatch(violation);
});
