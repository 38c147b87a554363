import { jest } from '@jest/globals';
import { runCli, type CommandResult } from '../support/cli.js';
import { secretOf } from '../support/codec.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, revoke, sessionOf, type Tokens } from '../support/sessions.js';

// Each step starts a process, which takes long on a busy machine.
jest.setTimeout(240_000);

interface Verified {
  readonly code: number | null;
  readonly head: string;
  readonly kinds: string[];
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

let service: Service;
let head: string;
let ended: Tokens;
/** Statements that undo what an attacker wrote. They run before the next statements, in the same process. */
let undoing: readonly string[] = [];

async function write(...statements: string[]): Promise<void> {
  await runSql(service.dataDir, [...undoing, ...statements].join(';\n'));
  undoing = [];
}
const oldEvents = async (): Promise<string | undefined> => {
  const old = `created_on < now() - interval '18 months'`;
  const [row] = await runSql(service.dataDir, `SELECT count(*)::text FROM audit_trail_entries WHERE ${old}`);
  return row?.['count'];
};
const run = (...args: string[]): Promise<CommandResult> => runCli(service.dataDir, args);

async function verify(...args: string[]): Promise<Verified> {
  const { code, stdout, stderr } = await run('audit', 'verify', '--json', ...args);
  if (!stdout) throw new Error(stderr);
  const { head: found, findings } = JSON.parse(stdout) as {
    head: { id: number; link: string };
    findings: { kind: string }[];
  };
  return { code, head: `${found.id}:${found.link}`, kinds: findings.map(({ kind }) => kind), findings };
}

/** Applies the statements of an attacker, and verifies the trail. The next `write` first undoes the statements. */
async function afterWriting(doing: string[], undo: string[], ...args: string[]): Promise<Verified> {
  await write(...doing);
  undoing = undo;
  return verify(...args);
}

beforeAll(async () => {
  service = await Service.start();
  for (const name of ['list', 'read', 'edit']) await login(service, name);
  ended = await login(service, 'all', 'ended');
  await service.end();
  await write(
    `CREATE TABLE kept_sessions AS SELECT * FROM refresh_tokens WHERE client_id = 'ended'`,
    // Ids have gaps. The service may already have sealed some events.
    `DELETE FROM audit_trail_entries WHERE id = 2`,
    `DELETE FROM audit_seals`,
  );
  await run('jobs', 'run', 'audit-seal');
  await service.resume();
  await revoke(service, ended.refresh, 'ended');
  await login(service, 'all', 'ended');
  await service.end();
  await run('jobs', 'run', 'audit-seal');
  await write(
    `CREATE TABLE kept_events AS SELECT * FROM audit_trail_entries`,
    `CREATE TABLE kept_seals AS SELECT * FROM audit_seals`,
  );
});
afterAll(() => disposeWithoutLeaks(service));

const RESTORED = [
  `DELETE FROM audit_trail_entries`,
  `INSERT INTO audit_trail_entries OVERRIDING SYSTEM VALUE SELECT * FROM kept_events`,
  `DELETE FROM audit_seals`,
  `INSERT INTO audit_seals SELECT * FROM kept_seals`,
];

describe('audit verify', () => {
  it('reports nothing for a trail that only the service wrote, even when a session was restarted by a login', async () => {
    const { code, stdout, stderr } = await run('audit', 'verify');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is wrong.')]);
    expect(stdout).toMatch(/The head is \d+:[0-9a-f]{64}\n/);
    // A command that takes less than five seconds shows progress only at a terminal.
    expect(stderr).toBe('');
    head = (await verify()).head;
    expect(await verify('--from-head', head)).toMatchObject({ code: 0, head });
    expect((await run('audit', 'verify', '--from-head', 'none')).code).toBe(1);
  });

  it.each([
    ['changed', `UPDATE audit_trail_entries SET actor = 'intruder' WHERE id = 1`, 0],
    ['deleted', `DELETE FROM audit_trail_entries WHERE id = 1`, -1],
    [
      'inserted',
      `INSERT INTO audit_trail_entries (id, kind, actor, record_ids) OVERRIDING SYSTEM VALUE VALUES (2, 'login', 'intruder', '{}')`,
      1,
    ],
  ])('reports an event that was %s', async (_how, sql, more) => {
    const { code, kinds, findings } = await afterWriting([sql], RESTORED);
    expect([code, kinds]).toEqual([1, ['range-changed']]);
    expect((findings[0]?.['found'] as number) - (findings[0]?.['expected'] as number)).toBe(more);
  });

  it('reports deleted seals, with or without their events', async () => {
    const first = `(SELECT min(id) FROM audit_seals)`;
    const range = `id BETWEEN (SELECT from_id FROM audit_seals WHERE id = ${first}) AND (SELECT to_id FROM audit_seals WHERE id = ${first})`;
    const begun = await afterWriting(
      [`DELETE FROM audit_trail_entries WHERE ${range}`, `DELETE FROM audit_seals WHERE id = ${first}`],
      RESTORED,
    );
    expect([begun.code, begun.kinds]).toEqual([1, ['seal-missing']]);
  });

  it('reports that the end of the trail was cut off, given a head that was noted elsewhere', async () => {
    const last = `(SELECT max(id) FROM audit_seals)`;
    const cutOff = [
      `DELETE FROM audit_trail_entries WHERE id >= (SELECT from_id FROM audit_seals WHERE id = ${last})`,
      `DELETE FROM audit_seals WHERE id = ${last}`,
    ];
    const { code, kinds } = await afterWriting(cutOff, RESTORED, '--from-head', head);
    expect([code, kinds]).toEqual([1, ['head-missing']]);
  });

  it('reports a seal that was made without the secret, and a deletion that was disguised as retention', async () => {
    const forged = await afterWriting(
      [`UPDATE audit_seals SET newest_on = newest_on - interval '10 years' WHERE id = 1`],
      RESTORED,
    );
    expect(forged.kinds).toEqual(['seal-forged']);
    const pruned = await afterWriting(
      [
        `DELETE FROM audit_trail_entries WHERE id <= (SELECT to_id FROM audit_seals WHERE id = 1)`,
        `UPDATE audit_seals SET pruned_on = now(), pruned_mac = mac WHERE id = 1`,
      ],
      RESTORED,
    );
    expect(pruned.kinds).toEqual(['pruning-forged']);
  });

  it('reports a session that was put back into the table after the session had ended', async () => {
    const { code, kinds, findings } = await afterWriting(
      [
        `DELETE FROM refresh_tokens WHERE client_id = 'ended'`,
        `INSERT INTO refresh_tokens OVERRIDING SYSTEM VALUE SELECT * FROM kept_sessions`,
      ],
      [`DELETE FROM refresh_tokens WHERE client_id = 'ended'`],
    );
    expect([code, kinds]).toEqual([1, ['session-revived']]);
    expect(findings[0]?.['message']).toContain(sessionOf(ended));
  });

  it('reports nothing after retention deleted events, nor after a change of the secret', async () => {
    await write(
      `DELETE FROM audit_seals`,
      `DELETE FROM audit_trail_entries WHERE id > 3`,
      `UPDATE audit_trail_entries SET created_on = now() - interval '2 years'`,
    );
    await run('jobs', 'run', 'audit-seal');
    expect(await oldEvents()).toBe('2');
    await service.resume();
    await login(service, 'list');
    await service.end();
    await run('jobs', 'run', 'audit-seal');
    // The service may have run the job too, for as long as it ran.
    expect(await run('jobs', 'run', 'old-audit-events')).toMatchObject({ code: 0 });
    expect(await oldEvents()).toBe('0');
    const pruned = await verify();
    expect([pruned.code, pruned.kinds]).toEqual([0, []]);

    const settings = { TESSERA_SECRET: 'the next secret, which is long enough for what it is for' };
    const both = { ...settings, TESSERA_SECRET_PREVIOUS: secretOf(service.dataDir) };
    await runCli(service.dataDir, ['jobs', 'run', 'audit-seal'], '', both);
    const verifying = ['audit', 'verify', '--json', '--from-head', pruned.head];
    const { code, stdout } = await runCli(service.dataDir, verifying, '', settings);
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ findings: [] })]);

    await write(
      `INSERT INTO audit_trail_entries (id, kind, actor, record_ids) OVERRIDING SYSTEM VALUE
        VALUES (-7, 'login', 'intruder', '{}'), (9000000000, 'login', 'intruder', '{}')`,
    );
    const planted = await runCli(service.dataDir, verifying, '', settings);
    const { findings } = JSON.parse(planted.stdout) as { findings: { kind: string }[] };
    expect([planted.code, findings.map(({ kind }) => kind)]).toEqual([1, ['event-outside', 'event-outside']]);
  });
});
