import { basicOf, type Client } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { runJob } from '../support/run-job.js';
import { Service } from '../support/service.js';
import { askLogin, askRefresh, disposeWithoutLeaks, login, refresh, revoke, seconds } from '../support/sessions.js';

const STATISTICS = '/api/sys/statistics';

interface Statistics {
  readonly By: string;
  readonly Times: readonly string[];
  readonly LiveSessions: readonly (number | null)[];
  readonly Series: readonly {
    readonly Kind: string;
    readonly Reason: string | null;
    readonly Counts: readonly number[];
  }[];
  readonly IsComplete: boolean;
}

let service: Service;
let admin: Client;

beforeAll(async () => {
  service = await Service.start({ REFRESH_RETRY_WINDOW: '0' });
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

async function read(query = ''): Promise<Statistics> {
  const { status, body } = await admin.get(STATISTICS + query);
  expect(status).toBe(200);
  return body as Statistics;
}

/** All events of a kind and reason in the period. */
async function total(kind: string, reason: string | null = null, query = ''): Promise<number> {
  const { Series } = await read(query);
  const counts = Series.find(({ Kind, Reason }) => Kind === kind && Reason === reason)?.Counts ?? [];
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Seals and counts all events. */
async function countAll(): Promise<void> {
  for (const job of ['audit-seal', 'event-counts']) await runJob(admin, job);
}

describe('the statistics', () => {
  it('have the last 24 hours by default, and the last 30 days by day', async () => {
    const { By, Times, LiveSessions } = await read();
    expect([By, Times.length, LiveSessions.length]).toEqual(['hour', 24, 24]);
    expect(Times.at(-1)?.slice(13)).toBe(':00:00Z');
    const days = await read('?by=day');
    expect([days.Times.length, days.Times.at(-1)?.slice(10)]).toEqual([30, 'T00:00:00Z']);
    const named = await read('?by=day&from=2025-01-01&to=2025-01-31');
    expect([named.Times[0], named.Times.at(-1), named.Series]).toEqual([
      ...['2025-01-01T00:00:00Z', '2025-01-31T00:00:00Z'],
      [],
    ]);
  });

  it('count an event as soon as it is written, and once only when the job has counted it', async () => {
    await askLogin(service, 'list', 'kept');
    const first = await login(service, 'all', 'statistics');
    await service
      .client()
      .form('POST', '/api/token', { grant_type: 'password', username: 'all@example.com', password: 'wrong' });
    await revoke(service, first.refresh, 'statistics');
    await askRefresh(service, first.refresh);
    const expected = [2, 1, 1, 1];
    const counted = () =>
      Promise.all([
        ...[total('login'), total('login-failed', 'wrong-password'), total('session-ended', 'revoked')],
        total('refresh-refused', 'session-ended'),
      ]);
    expect(await counted()).toEqual(expected);
    await countAll();
    expect(await counted()).toEqual(expected);
    await countAll();
    expect(await counted()).toEqual(expected);
    expect(await total('login', null, '?by=day')).toBe(2);
    expect((await read()).LiveSessions.at(-1)).toBe(1);
  });

  it('count refreshes, which leave no event, within seconds and when the process stops', async () => {
    const renewed = await refresh(service, await login(service, 'read', 'counted'));
    for (let n = 0; n < 150 && (await total('refreshed')) === 0; n++) await seconds(0.1);
    expect(await total('refreshed')).toBe(1);
    await refresh(service, renewed);
    await service.end();
    await service.resume();
    expect(await total('refreshed')).toBe(2);
  });

  it('keep the counts of events that were deleted, forget old counts, and count reasons that are no words together', async () => {
    const before = await total('login');
    await countAll();
    await service.freeData();
    await runSql(
      service.dataDir,
      `DELETE FROM audit_trail_entries WHERE kind = 'login';
       INSERT INTO event_counts VALUES (date_trunc('hour', now() - interval '500 days'), 'login', '', 7);
       INSERT INTO audit_trail_entries (kind, actor, reason, record_ids) VALUES
         ('session-ended', 'a', 'order 4711', '{}'), ('session-ended', 'a', 'order 4712', '{}'), ('record-read', 'a', 'x', '{}')`,
    );
    await service.resume();
    expect(await total('login')).toBe(before);
    expect(await total('session-ended', 'other')).toBe(2);
    expect(await total('record-read')).toBe(1);
    expect(await total('login', null, '?by=day&from=2024-09-01')).toBe(before + 7);
    await countAll();
    expect(await total('login', null, '?by=day&from=2024-09-01')).toBe(before);
    expect(await total('session-ended', 'other')).toBe(2);
  });

  it.each([
    ['from=yesterday', 'from', 'must be an existing date'],
    ['by=week', 'by', 'must be hour or day'],
    ['from=2030-01-01', 'from', 'must be before now'],
    ['from=2020-01-01&by=hour', 'from', 'must be at most 1000 intervals'],
    ['from=2025-01-02&to=2025-01-01', 'from', 'must be before now'],
  ])('refuse %s', async (query, name, message) => {
    const { status, body } = await admin.get(`${STATISTICS}?${query}`);
    expect(status).toBe(400);
    expect((body as { Errors: unknown }).Errors).toEqual([
      expect.objectContaining({ PropertyName: name, Message: expect.stringContaining(message) as unknown }),
    ]);
  });

  it('need their role', async () => {
    for (const path of [STATISTICS, '/api/sys/state', '/api/sys/jobs', '/api/sys/signingkeys'])
      expect((await service.client(basicOf('all')).get(path)).status).toBe(403);
    for (const path of [
      '/api/sys/jobs/event-counts/run',
      '/api/sys/signingkeys/rotate',
      '/api/sys/audittrailentries/verify',
    ])
      expect((await service.client(basicOf('all')).post(path, {})).status).toBe(403);
  });
});
