import { jest } from '@jest/globals';
import { runCli, type CommandResult } from '../support/cli.js';
import { secretOf } from '../support/codec.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login } from '../support/sessions.js';

// Each step starts a process, which takes long on a busy machine.
jest.setTimeout(240_000);

let service: Service;
const run = (...args: string[]): Promise<CommandResult> => runCli(service.dataDir, args);
const write = (...statements: string[]): Promise<Record<string, string>[]> =>
  runSql(service.dataDir, statements.join(';\n'));
const seal = (): Promise<CommandResult> => run('jobs', 'run', 'audit-seal');

async function kindsFound(settings: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { stdout } = await runCli(service.dataDir, ['audit', 'verify', '--json'], '', settings);
  return (JSON.parse(stdout) as { findings: { kind: string }[] }).findings.map(({ kind }) => kind);
}

async function erase(name: string): Promise<void> {
  expect(await run('users', 'erase', `${name}@example.com`, '--yes')).toMatchObject({ code: 0 });
}

/** Applies the statements of an attacker, and returns what a verification finds. The state before is restored. */
async function afterWriting(...doing: string[]): Promise<string[]> {
  await write(
    'CREATE TABLE kept_events AS SELECT * FROM audit_trail_entries',
    'CREATE TABLE kept_seals AS SELECT * FROM audit_seals',
    ...doing,
  );
  const found = await kindsFound();
  await write(
    'DELETE FROM audit_trail_entries',
    'INSERT INTO audit_trail_entries OVERRIDING SYSTEM VALUE SELECT * FROM kept_events',
    'DELETE FROM audit_seals',
    'INSERT INTO audit_seals SELECT * FROM kept_seals',
    'DROP TABLE kept_events, kept_seals',
  );
  return found;
}

beforeAll(async () => {
  service = await Service.start();
  for (const name of ['list', 'read', 'edit', 'delete']) await login(service, name);
  await service.end();
  await seal();
  await erase('list');
});
afterAll(() => disposeWithoutLeaks(service));

const CHANGED = `UPDATE audit_trail_entries SET reason = 'forged' WHERE id = 1`;

describe('the seals of events from which a person was erased', () => {
  it('are in order, also after a second erasure from the same range', async () => {
    expect(await kindsFound()).toEqual([]);
    await erase('read');
    expect(await kindsFound()).toEqual([]);
    const [{ count } = {}] = await write('SELECT jsonb_array_length(erasures) AS count FROM audit_seals WHERE id = 1');
    expect(count).toBe(2);
    const { stdout } = await run('audit', 'verify');
    expect(stdout).toMatch(
      /^erased: command line \(.+\) replaced a person by erased-\w+ on .+, in \d+ events of \d+ seals?\.$/m,
    );
  });

  it('report every other change, with or without a forged note', async () => {
    const forged = `UPDATE audit_seals SET erasures = jsonb_set(erasures, '{-1,digest}', to_jsonb(repeat('0', 64))) WHERE id = 1`;
    const found = {
      changed: await afterWriting(CHANGED),
      restored: await afterWriting(
        `UPDATE audit_trail_entries SET actor = 'list@example.com' WHERE actor ^@ 'erased-'`,
      ),
      forgedNote: await afterWriting(CHANGED, forged),
      removedNote: await afterWriting('UPDATE audit_seals SET erasures = NULL, erased_mac = NULL WHERE id = 1'),
      shortened: await afterWriting('UPDATE audit_seals SET erasures = erasures - -1 WHERE id = 1'),
      ofPruning: await afterWriting('UPDATE audit_seals SET erased_mac = mac WHERE id = 1'),
    };
    expect(found).toEqual({
      ...{ changed: ['range-changed'], restored: ['range-changed'], forgedNote: ['erasure-forged'] },
      ...{ removedNote: ['range-changed'], shortened: ['erasure-forged'], ofPruning: ['erasure-forged'] },
    });
  });

  it('report a change that was made before an erasure: the erasure hides nothing', async () => {
    await write('CREATE TABLE first_event AS SELECT reason FROM audit_trail_entries WHERE id = 1', CHANGED);
    await erase('edit');
    const [left] = await write(
      `SELECT count(*)::text AS count FROM audit_trail_entries WHERE subject = 'edit@example.com'`,
    );
    expect(left).toEqual({ count: '0' });
    expect(await kindsFound()).toEqual(['range-changed']);
    const [{ count } = {}] = await write(
      `SELECT count(*)::text AS count FROM audit_trail_entries WHERE kind = 'audit-damaged'`,
    );
    expect(count).toBe('1');
  });

  it('stay verifiable after a change of the secret, and after retention', async () => {
    await write(
      'DELETE FROM audit_seals',
      `UPDATE audit_trail_entries SET created_on = now() - interval '2 years' WHERE id < 5`,
    );
    await seal();
    await erase('delete');
    const settings = { TESSERA_SECRET: 'the next secret, which is long enough for what it is for' };
    const both = { ...settings, TESSERA_SECRET_PREVIOUS: secretOf(service.dataDir) };
    await runCli(service.dataDir, ['jobs', 'run', 'audit-seal'], '', both);
    expect(await kindsFound(settings)).toEqual([]);
    await write(
      `UPDATE audit_seals SET newest_on = newest_on`,
      `DELETE FROM audit_trail_entries WHERE kind = 'audit-damaged'`,
    );
    const retained = await runCli(service.dataDir, ['jobs', 'run', 'old-audit-events'], '', settings);
    expect(retained).toMatchObject({ code: 0 });
  });
});
