import { decodeProtectedHeader } from 'jose';
import { basicOf, type Answer, type Client } from '../support/client.js';
import { runJob } from '../support/run-job.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, isAlive, login, seconds } from '../support/sessions.js';

const KEYS = '/api/sys/signingkeys';

interface State {
  readonly LiveSessions: number;
  readonly Trail: { readonly State: string; readonly CheckedOn: string | null; readonly Finding: string | null };
}
interface Key {
  readonly Kid: string;
  readonly State: string;
}
type Line = Readonly<Record<string, unknown>>;

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await Service.start();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

const state = async (): Promise<State> => (await admin.get('/api/sys/state')).body as State;
const keys = async (): Promise<Key[]> => (await admin.get(KEYS)).body as Key[];
const rotate = (body: object): Promise<Answer> => admin.post(`${KEYS}/rotate`, body);

async function verify(): Promise<Line[]> {
  const { status, headers, text } = await admin.post('/api/sys/audittrailentries/verify', {});
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('the state of the service', () => {
  it('has the version, the database and the live sessions', async () => {
    await login(service, 'list');
    expect(await state()).toEqual({
      Version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      Database: expect.stringMatching(/^(embedded|postgresql)$/) as unknown,
      DatabaseVersion: expect.stringMatching(/^\d+\.\d+/) as unknown,
      DatabaseBytes: expect.any(Number) as unknown,
      LiveSessions: 1,
      IsEstimated: false,
      Trail: { State: 'unverified', CheckedOn: null, Finding: null, UnsealedSeconds: expect.any(Number) as unknown },
    });
  });
});

describe('a job', () => {
  it('is listed with its last run', async () => {
    await runJob(admin, 'expired-records');
    const { body } = await admin.get('/api/sys/jobs');
    const jobs = body as { Name: string; IsRunning: boolean; EndedOn: string | null; Failure: string | null }[];
    expect(jobs.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['audit-seal', 'event-counts']));
    expect(jobs.find(({ Name }) => Name === 'expired-records')).toMatchObject({
      ...{ IsRunning: false, EndedOn: expect.stringMatching(/Z$/) as unknown, Failure: null, Rows: 0 },
      Description: expect.stringContaining('.') as unknown,
    });
    expect(await events(service, { Kind: 'job-run' })).toMatchObject([
      { Reason: 'expired-records', Actor: 'admin@example.com' },
    ]);
  });

  it('that does not exist is 404', async () => {
    const { status, body } = await admin.post('/api/sys/jobs/nothing/run', {});
    expect([status, (body as { Message: string }).Message]).toEqual([404, 'There is no job nothing.']);
  });
});

describe('a signing key', () => {
  it('is announced after a rotation, and signs later', async () => {
    const [first, ...others] = await keys();
    expect([first?.State, others]).toEqual(['signs', []]);
    const { status, body } = await rotate({});
    const { Kid } = (body as { Value: { Kid: string } }).Value;
    expect(status).toBe(200);
    expect((await keys()).map(({ Kid: kid, State }) => [kid, State])).toEqual([
      [first?.Kid, 'signs'],
      [Kid, 'announced'],
    ]);
    const answer = await admin.get(KEYS);
    expect(answer.text).not.toMatch(/"d"|eyJ/);
  });

  it('signs immediately if the user says so, and then no other key is valid', async () => {
    const tokens = await login(service, 'read');
    const { body } = await rotate({ SignsImmediately: true });
    const { Kid } = (body as { Value: { Kid: string } }).Value;
    expect((await keys()).map(({ Kid: kid, State }) => [kid, State])).toEqual([[Kid, 'signs']]);
    expect(await isAlive(service, tokens)).toBe(false);
    expect(decodeProtectedHeader((await login(service, 'read')).access).kid).toBe(Kid);
    expect(await events(service, { Kind: 'signing-key-rotated' })).toContainEqual(
      expect.objectContaining({ Actor: 'admin@example.com', Reason: Kid }),
    );
  });

  it('is not rotated by a bad request', async () => {
    const { status, body } = await rotate({ SignsImmediately: 'soon' });
    expect([status, (body as { Message: string }).Message]).toEqual([400, 'SignsImmediately: must be true or false']);
  });
});

describe('a verification of the audit trail', () => {
  it('reports its progress and that nothing was changed, and the state says so', async () => {
    await runJob(admin, 'audit-seal');
    const lines = await verify();
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]).toEqual({ Seals: 0, Of: expect.any(Number) as unknown });
    expect(lines.at(-1)).toMatchObject({ Findings: [] });
    expect(await state()).toMatchObject({ Trail: { State: 'intact', Finding: null } });
  });

  it('finds events that another program changed', async () => {
    await service.freeData();
    await runSql(service.dataDir, `UPDATE audit_trail_entries SET actor = 'nobody' WHERE kind = 'login'`);
    await service.resume();
    expect((await verify()).at(-1)).toMatchObject({ Findings: [{ Kind: 'range-changed' }] });
    const { Trail } = await state();
    expect(Trail).toMatchObject({ State: 'broken', Finding: expect.stringContaining('were changed') as unknown });
    expect(Trail.CheckedOn).toMatch(/Z$/);
  });

  it('runs again after the client of one has gone', async () => {
    const abort = new AbortController();
    const headers = { authorization: basicOf('admin') };
    const { signal } = abort;
    await fetch(`${service.url}/api/sys/audittrailentries/verify`, { method: 'POST', headers, signal });
    abort.abort();
    await seconds(0.5);
    expect((await verify()).at(-1)).toHaveProperty('Findings');
  });
});
