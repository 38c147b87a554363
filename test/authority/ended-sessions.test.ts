import { basicOf, idsOf, RESOURCE, type Answer, type Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { sessionsEnded } from '../support/cutoffs.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  events,
  login,
  seconds,
  sessionOf,
  the,
  times,
  type Tokens,
} from '../support/sessions.js';

/** More than a page of the export. */
const MANY = 6_000;

interface Exported {
  readonly Id: number;
  readonly UniqueId: string;
  readonly Subject: string;
  readonly ClientId: string;
  readonly Reason: string;
}

describe('the export of ended sessions', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => disposeWithoutLeaks(service));

  const read = (requestId: string, client = admin): Promise<Answer> =>
    client.get(`${RESOURCE}/ended?requestId=${requestId}`);
  const linesOf = (text: string): Exported[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Exported);
  async function exported(requestId: string | null): Promise<Exported[]> {
    const { status, headers, text } = await read(String(requestId));
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return linesOf(text);
  }
  const idsIn = (ends: readonly Exported[]): string[] => ends.map(({ UniqueId }) => UniqueId).sort();
  const sessionsOf = (all: readonly Tokens[]): string[] => all.map(sessionOf).sort();

  /** Runs a command while nothing else uses the embedded database. */
  async function cli(...args: string[]): Promise<string> {
    await service.freeData();
    const { code, stdout } = await runCli(service.dataDir, args);
    expect(code).toBe(0);
    await service.resume();
    return stdout;
  }

  it('names the sessions that a cutoff ended, before and after their records are deleted, and no others', async () => {
    const ended = await times(4, (n) => login(service, n % 2 ? 'all' : 'none', `kiosk-${n >> 1}`));
    const other = await login(service, 'list', 'kiosk-0');
    const { RequestId } = await sessionsEnded(admin, { ClientId: 'kiosk-0' });
    const { RequestId: second } = await sessionsEnded(admin, { ClientId: 'kiosk-1' });
    const [first] = await events(service, { Kind: 'sessions-cut-off', ClientId: 'kiosk-0' });
    expect(RequestId).toBe(the(first)['RequestId']);
    const before = await exported(RequestId);
    expect(idsIn(before)).toEqual(sessionsOf([the(ended[0]), the(ended[1]), other]));
    expect(before).toMatchObject(before.map(({ Id }) => ({ Id, ClientId: 'kiosk-0', Reason: 'ended-by-command' })));
    // One of them signs in again, which deletes the record of the ended session.
    const again = await login(service, 'list', 'kiosk-0');
    expect(await exported(RequestId)).toEqual(before);
    await cli('jobs', 'run', 'cut-sessions');
    expect(idsOf(await admin.get(`${RESOURCE}?RefreshToken_ClientId=kiosk-*`))).toHaveLength(1);
    expect(await exported(RequestId)).toEqual(before);
    expect(idsIn(await exported(second))).toEqual(sessionsOf([the(ended[2]), the(ended[3])]));
    expect(idsIn(before)).not.toContain(sessionOf(again));
    const byCommand = linesOf(await cli('sessions', 'ended', String(RequestId)));
    expect(byCommand).toEqual(before);
  });

  it('names sessions that ended one by one, and those that the command line ended', async () => {
    const tokens = [await login(service, 'all', 'a'), await login(service, 'all', 'b')];
    const { RequestId } = await sessionsEnded(admin, { Subject: 'all@example.com' });
    expect(idsIn(await exported(RequestId))).toEqual(sessionsOf(tokens));
    const tablet = await login(service, 'all', 'tablet');
    const { requestId } = JSON.parse(await cli('sessions', 'end', '--client', 'tablet', '--json')) as {
      requestId: string;
    };
    expect(idsIn(await exported(requestId))).toEqual([sessionOf(tablet)]);
  });

  it('names each of many sessions once while the job deletes them', async () => {
    await login(service, 'all', 'crowd');
    await service.freeData();
    await runSql(
      service.dataDir,
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by,
          issued, generation, first_generation, rotated_on, auth_time, amr)
        SELECT gen_random_uuid(), 'user' || n || '@example.com', 'crowd', expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by,
          true, generation, first_generation, rotated_on, auth_time, amr
        FROM refresh_tokens, generate_series(1, ${MANY - 1}) n WHERE client_id = 'crowd' AND issued`,
    );
    await service.resume();
    const { RequestId } = await sessionsEnded(admin, { ClientId: 'crowd' });
    const known = (await exported(RequestId)).map(({ Id }) => Id);
    expect(known).toHaveLength(MANY);
    expect(known).toEqual([...new Set(known)].sort((a, b) => a - b));
    const deadline = Date.now() + 60_000;
    const left = async (): Promise<number> =>
      ((await admin.get(`${RESOURCE}?RefreshToken_ClientId=crowd&size=1`)).body as { TotalItems: number }).TotalItems;
    while ((await left()) > 0 && Date.now() < deadline) {
      expect((await exported(RequestId)).map(({ Id }) => Id)).toEqual(known);
      await seconds(0.5);
    }
    expect(await left()).toBe(0);
    expect((await exported(RequestId)).map(({ Id }) => Id)).toEqual(known);
  }, 120_000);

  it('is empty for an unknown request, needs the role, and writes an event', async () => {
    expect(await exported('nothing')).toEqual([]);
    for (const requestId of ['', '%00']) expect((await read(requestId, admin)).status).toBe(400);
    expect((await admin.get(`${RESOURCE}/ended`)).status).toBe(400);
    expect((await read('nothing', service.client(basicOf('read')))).status).toBe(403);
    const answer = await read('nothing', service.client(basicOf('list')));
    expect(answer.status).toBe(200);
    const [event] = await events(service, { Kind: 'record-read', Actor: 'list@example.com' });
    expect(event).toMatchObject({ Reason: 'ended', RequestId: answer.headers.get('x-request-id') });
  });
});
