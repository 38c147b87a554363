import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endsIn } from '../../src/cli/trail-file.js';
import { runCli, type CommandResult } from '../support/cli.js';
import { basicOf } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { events, isAlive, login, revoke, sessionOf, the, type Tokens } from '../support/sessions.js';

const FUTURE = '2999-01-01T00:00:00Z';

let service: Service;
let folder: string;
const sessions: Record<string, Tokens> = {};

/** The service is stopped while a command runs: the embedded database allows one process. */
const cli = (args: readonly string[], input = ''): Promise<CommandResult> => runCli(service.dataDir, args, input);

function fileOf(text: string): string {
  const file = join(folder, `${Math.random()}`);
  writeFileSync(file, text);
  return file;
}

function ended(tokens: Tokens, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { Kind: 'session-ended', SessionId: sessionOf(tokens), CreatedOn: FUTURE, ...changes };
}

async function endFromTrail(text: string, ...options: string[]): Promise<CommandResult> {
  return cli(['sessions', 'end', '--from-trail', fileOf(text), ...options]);
}

/** The ids that the last `idsOfSessions` read, until another test ends or begins sessions. */
let lastRead: string[] | undefined;

async function idsOfSessions(): Promise<string[]> {
  const rows = await runSql(service.dataDir, 'SELECT unique_id FROM refresh_tokens WHERE issued ORDER BY id');
  return (lastRead = rows.map(({ unique_id: id }) => id ?? ''));
}

/** The ids before a test. Each start of the embedded database takes long. */
const idsUntilNow = async (): Promise<string[]> => lastRead ?? idsOfSessions();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-trail-'));
  service = await Service.start();
  for (const client of ['a', 'b', 'c', 'd', 'e', 'f']) sessions[client] = await login(service, 'none', client);
  await service.end();
});
afterAll(async () => {
  await service.dispose();
  rmSync(folder, { recursive: true });
});

const of = (client: string): Tokens => the(sessions[client]);

describe('sessions end --from-trail', () => {
  it.each([
    ['no JSON', 'x', 'Line 1: Expected a JSON object.'],
    ['broken JSON', '{"Kind":\n"x"}\n{oops}', 'Line 3: A value is not valid JSON.'],
    ['a file that ends too early', '[{"Kind":"x"}', 'The file ends in the middle of a value.'],
    ['an array without a comma', '[{"Kind":"x"} {"Kind":"x"}]', 'Line 1: A comma is missing.'],
    [
      'an object that is not an event',
      '{"Kind":"x"}\n{"Id":1}',
      'Line 2 is not an event of the audit trail: it has no Kind.',
    ],
    [
      'an end without a session',
      '{"Kind":"session-ended","SessionId":null}',
      'Line 1 has a SessionId that is not a UUID.',
    ],
    [
      'an end without a time',
      '{"Kind":"session-ended","SessionId":"01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d","CreatedOn":"soon"}',
      'Line 1 has a CreatedOn that is not a date and time.',
    ],
    [
      'a list with a bad record',
      '{"Records":[{"Kind":"x"},7]}',
      'Line 1, record 2 is not an event of the audit trail.',
    ],
    [
      'a list whose last page is missing',
      '{"Records":[],"HasNextPage":true}',
      'The last page of the file says that another page follows (HasNextPage), but the file does not contain that page.',
    ],
  ])('refuses %s, and says what is wrong', async (_what, text, message) => {
    const file = fileOf(`${JSON.stringify(ended(of('a')))} ${text}`);
    const read = async (): Promise<void> => {
      for await (const end of endsIn(file, () => undefined)) expect(end.sessionId).toBe(sessionOf(of('a')));
    };
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining(message) as string });
  });

  it('ends nothing when a later part of the file is invalid', async () => {
    const before = await idsUntilNow();
    const { code, stdout, stderr } = await endFromTrail(`${JSON.stringify(ended(of('a')))}\n{"Id":1}`);
    const message = 'Line 2 is not an event of the audit trail: it has no Kind. Nothing was ended.\n';
    expect([code, stdout, stderr]).toEqual([1, '', message]);
    expect(await idsOfSessions()).toEqual(before);
  });

  it('names the file when it cannot be read', async () => {
    const { code, stderr } = await cli(['sessions', 'end', '--from-trail', join(folder, 'nowhere')]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be read: ENOENT.')]);
  });

  it('with --dry-run prints what it would end, and ends nothing', async () => {
    const before = await idsUntilNow();
    const text = [ended(of('a')), ended(of('b')), ended(of('b')), { Kind: 'login', SessionId: null }]
      .map((event) => JSON.stringify(event))
      .join('\n');
    const { stdout } = await endFromTrail(text, '--dry-run', '--json');
    const { named, wouldEnd, sessions: found } = JSON.parse(stdout) as Record<string, unknown>;
    expect([named, wouldEnd, (found as { client: string }[]).map(({ client }) => client)]).toEqual([3, 2, ['a', 'b']]);
    const forPeople = await endFromTrail(text, '--dry-run');
    expect(forPeople.stdout).toMatch(/^ID .*\n.* a .*\n.* b .*\nWould end 2 sessions\. The file names 3 ends\. /);
    expect(await idsOfSessions()).toEqual(before);
  });

  it('ends neither a session that began after the event nor other sessions of that user and client', async () => {
    const before = await idsUntilNow();
    const text = JSON.stringify([
      ended(of('a'), { CreatedOn: '2020-01-01T00:00:00Z' }),
      ended(of('b'), { SessionId: '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d', Subject: 'none@example.com', ClientId: 'b' }),
    ]);
    expect(JSON.parse((await endFromTrail(text, '--json')).stdout)).toEqual({ named: 2, ended: 0 });
    expect(await idsOfSessions()).toEqual(before);
  });

  it.each([
    ['one object per line', 'a', (end: object) => `\ufeff{"Kind":"login"}\r\n${JSON.stringify(end)}\r\n\r\n`],
    ['an array', 'b', (end: object) => JSON.stringify([{ Kind: 'login', Reason: 'a "]}" \\' }, end], null, 2)],
    [
      'pages of the search',
      'c',
      (end: object) =>
        `${JSON.stringify({ Records: [{ Kind: 'login' }], HasNextPage: true })}\n${JSON.stringify({ Records: [end], HasNextPage: false })}`,
    ],
  ])('accepts %s, and ends exactly the named session', async (_what, client, textOf) => {
    const before = await idsUntilNow();
    const { code, stdout } = await endFromTrail(textOf(ended(of(client))));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Ended 1 session\. The file names 1 end\. /)]);
    expect(await idsOfSessions()).toEqual(before.filter((id) => id !== sessionOf(of(client))));
  });

  it('reads stdin', async () => {
    const args = ['sessions', 'end', '--from-trail', '-', '--json'];
    const { stdout } = await cli(args, JSON.stringify(ended(of('d'))));
    lastRead = undefined;
    expect(JSON.parse(stdout)).toEqual({ named: 1, ended: 1 });
  });

  it('ends the sessions that an exported trail names, with their events, whatever the client is called, and no other session', async () => {
    lastRead = undefined;
    await service.resume();
    const forged = await login(service, 'read', 'x y admin@example.com phone');
    const admin = await login(service, 'admin', 'phone');
    await revoke(service, of('e').refresh, 'e');
    await revoke(service, forged.refresh, 'x y admin@example.com phone');
    expect(await isAlive(service, admin)).toBe(true);
    await service.end();
    const exported = await cli(['audit', 'export', '--since', '2020-01-01T00:00:00Z', '--kind', 'session-ended']);
    expect(exported.code).toBe(0);
    const lines = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(lines.map(({ Kind }) => Kind))).toEqual(new Set(['session-ended']));
    expect(lines.map(({ SessionId }) => SessionId)).toEqual(
      expect.arrayContaining([sessionOf(of('e')), sessionOf(forged)]),
    );
    // A restored backup brings these rows back.
    await runSql(
      service.dataDir,
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, issued, generation, first_generation, auth_time, rotated_on,
        expires_on, amr, protected_ticket, ticket_hash, ticket_salt, updated_by)
      SELECT '${sessionOf(forged)}', 'read@example.com', 'x y admin@example.com phone', true, 0, 0, now() - interval '1 hour', now(),
        now() + interval '1 day', '{pwd}', 'x', 'x', 'x', 'x'`,
    );
    const { stdout } = await endFromTrail(exported.stdout, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ended: 1 });
    await service.resume();
    expect(await isAlive(service, admin)).toBe(true);
    const [event] = await events(service, { SessionId: sessionOf(forged), Reason: 'restored' });
    expect(event).toMatchObject({
      Kind: 'session-ended',
      Subject: 'read@example.com',
      Actor: expect.stringMatching(/^command line/) as string,
    });
    await service.end();
  });

  it('processes a trail of 20,000 events in seconds, in batches', async () => {
    const before = await idsUntilNow();
    await runSql(
      service.dataDir,
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, issued, generation, first_generation, auth_time, rotated_on,
        expires_on, amr, protected_ticket, ticket_hash, ticket_salt, updated_by)
      SELECT lpad(to_hex(n), 32, '0')::uuid, 'list@example.com', 'client-' || n, true, 0, 0, now() - interval '1 hour', now(),
        now() + interval '1 day', '{pwd}', 'x', 'x', 'x', 'x' FROM generate_series(1, 20000) n`,
    );
    const text = Array.from({ length: 19_999 }, (_, n) => {
      const hex = (n + 1).toString(16).padStart(32, '0');
      const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
      return JSON.stringify({ Kind: 'session-ended', SessionId: id, CreatedOn: FUTURE });
    }).join('\n');
    const { code, stdout } = await endFromTrail(text, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { named: 19_999, ended: 19_999 }]);
    expect(await idsOfSessions()).toHaveLength(before.length + 1);
  });
});

describe('sessions end', () => {
  it('requires a choice of sessions, and a confirmation for all of them', async () => {
    const before = await idsUntilNow();
    for (const [args, message] of [
      [[], 'Name the sessions to end: --subject, --client, --issued-before, --from-trail or --all.\n'],
      [['--client', 'f', '--all', '--yes'], "cannot be used with option '--all'"],
      [['--all'], 'All users would have to sign in again. Confirm with --yes.\n'],
      [['--all', '--yes', '--subject', 'none@example.com'], "cannot be used with option '--all'"],
    ] as const) {
      const { code, stdout, stderr } = await cli(['sessions', 'end', ...args]);
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)]);
    }
    const dry = await cli(['sessions', 'end', '--all', '--dry-run']);
    expect(dry.stdout).toBe(`Would end ${before.length} sessions.\n`);
    const ofUser = await cli(['sessions', 'end', '--subject', 'none@example.com', '--dry-run', '--json']);
    expect(JSON.parse(ofUser.stdout)).toEqual({ wouldEnd: 1 });
    expect(await idsOfSessions()).toEqual(before);
  });

  it('ends every session with --all, each with its event', async () => {
    const before = await idsUntilNow();
    const { stdout } = await cli(['sessions', 'end', '--all', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ended: before.length });
    expect(await idsOfSessions()).toEqual([]);
    await service.resume();
    const found = await service
      .client(basicOf('admin'))
      .get(
        `/api/sys/audittrailentries?AuditTrailEntry_SessionId=${sessionOf(of('f'))}&AuditTrailEntry_Kind=session-ended`,
      );
    expect(found.body.Records).toMatchObject([{ Reason: 'ended-by-operator', ClientId: 'f' }]);
    await service.end();
  });
});
