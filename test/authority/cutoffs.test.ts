import { basicOf, create, expectFailures, idsOf, RESOURCE, type Answer, type Client } from '../support/client.js';
import { runCli, type CommandResult } from '../support/cli.js';
import { databaseUrl } from '../support/data.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  login,
  recordOf,
  refresh,
  seconds,
  sessionOf,
  the,
  times,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';
import { endSessions, inASecond, sessionsEnded, signedInOn, type Ended } from '../support/cutoffs.js';

let service: Service;
let admin: Client;

beforeAll(async () => {
  // Replicas have one issuer.
  service = await Service.start({ PUBLIC_URL: 'https://tessera.example.com' });
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

const send = (values: object, ids: number[] = [], client = admin): Promise<Answer> => endSessions(client, values, ids);
const end = (values: object, ids: number[] = []): Promise<Ended> => sessionsEnded(admin, values, ids);
async function expectDead(...all: Tokens[]): Promise<void> {
  for (const tokens of all) {
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh);
    expect((await introspect(service, tokens.refresh)).body).toEqual({ active: false });
  }
}

async function expectAlive(...all: Tokens[]): Promise<void> {
  for (const tokens of all) expect(await isAlive(service, tokens)).toBe(true);
}

describe('END_SESSIONS', () => {
  it('ends the sessions of records, all or none', async () => {
    const [one, two, three] = [
      await login(service, 'none', 'ids-1'),
      await login(service, 'none', 'ids-2'),
      await login(service, 'none', 'ids-3'),
    ];
    const ids = await Promise.all([one, two].map(async (tokens) => the(await recordOf(service, tokens)).Id));
    const written = await create(admin);
    expectFailures(await send({}, [...ids, written]), ['Ids', '1 of the records are no sessions', [...ids, written]]);
    expect(await end({ DryRun: true }, ids)).toEqual({ Ended: 2, IsEstimated: false });
    await expectAlive(one, two);
    expect(await end({}, ids)).toEqual({ Ended: 2, IsEstimated: false });
    await expectDead(one, two);
    await expectAlive(three);
    const ends = await events(service, { SessionId: sessionOf(one), Kind: 'session-ended' });
    expect(ends).toMatchObject([{ Reason: 'ended-by-command', Actor: 'admin@example.com' }]);
  });

  it('ends the sessions of a user, or of a user at a client', async () => {
    const [phone, desk, other] = [
      await login(service, 'all', 'phone'),
      await login(service, 'all', 'desk'),
      await login(service, 'none', 'phone'),
    ];
    expect(await end({ Subject: 'All@example.com', ClientId: 'phone' })).toMatchObject({ Ended: 1 });
    await expectDead(phone);
    await expectAlive(desk, other);
    expect(await end({ Subject: 'all@example.com', DryRun: 'true' })).toMatchObject({ Ended: 1 });
    expect(await end({ Subject: 'all@example.com' })).toMatchObject({ Ended: 1 });
    await expectDead(desk);
    await expectAlive(other);
  });

  it('ends the sessions at a client by a cutoff; a later sign-in lives, and brings no earlier token back', async () => {
    const before = [await login(service, 'all', 'kiosk'), await login(service, 'none', 'kiosk')] as const;
    const other = await login(service, 'all', 'elsewhere');
    const answer = await send({ ClientId: 'kiosk' });
    expect(answer.body).toMatchObject({
      Message: 'The command was run correctly.',
      Value: { Ended: 2, IsEstimated: false },
    });
    await expectDead(...before);
    await expectAlive(other);
    expect(await end({ ClientId: 'kiosk', DryRun: true })).toMatchObject({ Ended: 0 });
    const after = await login(service, 'all', 'kiosk');
    expect(sessionOf(after)).not.toBe(sessionOf(before[0]));
    await expectAlive(after, await refresh(service, after));
    await expectDead(...before);
    const RequestId = answer.headers.get('x-request-id');
    const ends = await events(service, { SessionId: sessionOf(before[0]), Kind: 'session-ended' });
    expect(ends).toMatchObject([{ Reason: 'ended-by-command', Actor: 'admin@example.com', RequestId }]);
    const [cut] = await events(service, { Kind: 'sessions-cut-off', ClientId: 'kiosk' });
    expect(cut).toMatchObject({ Reason: 'client', RequestId });
    const [refused] = await events(service, { SessionId: sessionOf(before[1]), Kind: 'refresh-refused' });
    expect(refused).toMatchObject({ Reason: 'cut-off' });
  });

  it('ends sessions of earlier sign-ins alone', async () => {
    const tokens = await login(service, 'all', 'early');
    const signedIn = await signedInOn(service, tokens);
    expect(await end({ ClientId: 'early', IssuedBefore: signedIn })).toMatchObject({ Ended: 0 });
    await expectAlive(tokens);
    while ((await send({ ClientId: 'early', IssuedBefore: inASecond(signedIn) })).status !== 200);
    await expectDead(tokens);
    const after = await login(service, 'all', 'early');
    await expectAlive(after);
  });

  it.each([
    [
      'nothing that says which',
      {},
      [],
      ['Everybody', 'must be true if there are neither Ids, Subject, ClientId nor IssuedBefore', null],
    ],
    ['Ids and a limit', { Subject: 'a@example.com' }, [1], undefined],
    [
      'everybody and a user',
      { Everybody: true, Subject: 'a' },
      [],
      ['Everybody', 'cannot be true beside Subject or ClientId', true],
    ],
    [
      'a time in the future',
      { IssuedBefore: '2999-01-01T00:00:00Z' },
      [],
      ['IssuedBefore', 'must not be in the future', '2999-01-01T00:00:00Z'],
    ],
    ['a time in the future, for a user', { Subject: 'all@example.com', IssuedBefore: '2999-01-01' }, [], undefined],
    ['a time in the future, in a dry run', { IssuedBefore: '2999-01-01T00:00:00Z', DryRun: true }, [], undefined],
    ['no time', { IssuedBefore: '2025-02-30' }, [], undefined],
    ['an empty user', { Subject: '', ClientId: 'a' }, [], ['Subject', 'must not be empty: leave it out', '']],
    ['a parameter of another kind', { DryRun: 'perhaps', Everybody: true }, [], undefined],
  ] as const)('refuses %s', async (_what, values, ids, failure) => {
    const tokens = await login(service, 'all', 'refusals');
    const answer = await send(values, [...ids]);
    if (failure) expectFailures(answer, failure as unknown as [string, string, unknown]);
    else expect(answer.status).toBe(400);
    await expectAlive(tokens);
  });

  it('needs the role RefreshToken-Delete', async () => {
    for (const name of ['read', 'edit', 'none'])
      expect((await send({ Everybody: true }, [], service.client(basicOf(name)))).status).toBe(403);
    const deleter = service.client(basicOf('delete'));
    expect((await send({ Subject: 'nobody@example.com' }, [], deleter)).body).toMatchObject({ Value: { Ended: 0 } });
    const [command] = (await admin.get(`${RESOURCE}/commands`)).body as object[];
    expect(command).toMatchObject({ Key: 'END_SESSIONS', NeedsEntitiesToRun: false, RequiresParameters: [] });
  });

  it('ends the sessions of everybody beside sign-ins and refreshes: earlier ones are dead, later ones live', async () => {
    for (let round = 0; round < 4; round++) {
      const state = { isSent: false, isAnswered: false };
      const dead = await times(6, (n) => login(service, n % 2 ? 'all' : 'none', `race-${round}-${n}`));
      const alive: Tokens[] = [];
      const beside = times(6, async (n) => {
        let current = the(dead[n]);
        while (!state.isAnswered) {
          const begun = tokensOf(await askLogin(service, 'all', `race-${round}-beside-${n}`));
          if (!state.isSent) dead.push(begun);
          const answer = await askRefresh(service, current.refresh);
          if (answer.status === 200) dead.push((current = tokensOf(answer)));
        }
        alive.push(await login(service, 'all', `race-${round}-beside-${n}`));
      });
      while (dead.length < 30) await seconds(0.01);
      state.isSent = true;
      await end({ Everybody: true });
      state.isAnswered = true;
      await beside;
      alive.push(...(await times(4, (n) => login(service, 'all', `race-${round}-${n}`))));
      await expectAlive(...alive);
      for (const tokens of dead) expect(await isAlive(service, tokens)).toBe(false);
      for (const { refresh: token } of dead.slice(-6)) await expectRefused(service, token);
    }
  }, 120_000);

  it('takes effect immediately on every replica', async () => {
    if (!databaseUrl(service.dataDir)) return;
    const replica = await Service.startOn(service.dataDir, { PUBLIC_URL: 'https://tessera.example.com' });
    try {
      const tokens = await times(20, (n) => login(service, 'all', `replica-${n}`));
      for (const each of tokens) expect(await isAlive(replica, each)).toBe(true);
      await end({ Everybody: true });
      expect(await Promise.all(tokens.map((each) => isAlive(replica, each)))).toEqual(tokens.map(() => false));
      for (const { refresh: token } of tokens) await expectRefused(replica, token);
    } finally {
      await replica.end();
    }
  });
});

describe('the job cut-sessions', () => {
  it('deletes the records of ended sessions, each with its event, and no other', async () => {
    const dead = await times(5, (n) => login(service, n % 2 ? 'all' : 'none', `swept-${n}`));
    await end({ Everybody: true });
    const alive = await login(service, 'all', 'not-swept');
    const records = async (): Promise<number> =>
      idsOf(await admin.get(`${RESOURCE}?RefreshToken_ClientId=swept-*`)).length;
    expect(await records()).toBe(5);
    // The embedded database allows one process.
    await service.end();
    expect((await runCli(service.dataDir, ['jobs', 'run', 'cut-sessions'])).code).toBe(0);
    await service.resume();
    expect(await records()).toBe(0);
    await expectAlive(alive);
    await expectDead(...dead);
    for (const tokens of dead) {
      const ends = await events(service, { SessionId: sessionOf(tokens), Kind: 'session-ended' });
      expect(ends.map(({ Reason }) => Reason)).toEqual(['ended-by-command']);
    }
  });

  it('forgets a cutoff after a sweep that began a quarter of an hour later', async () => {
    const all = 'SELECT id FROM session_cutoffs';
    const cutoffs = async (): Promise<number> => (await runSql(service.dataDir, all)).length;
    await service.end();
    expect(await cutoffs()).toBeGreaterThan(0);
    await runSql(service.dataDir, `UPDATE session_cutoffs SET created_on = created_on - interval '16 minutes'`);
    expect((await runCli(service.dataDir, ['jobs', 'run', 'cut-sessions'])).code).toBe(0);
    expect(await cutoffs()).toBe(0);
    await service.resume();
  });
});

describe('sessions end', () => {
  it('ends the sessions at a client, and counts them before', async () => {
    const tokens = await login(service, 'all', 'cli');
    const other = await login(service, 'all', 'cli-other');
    await service.end();
    const command = (...args: string[]): Promise<CommandResult> =>
      runCli(service.dataDir, ['sessions', 'end', '--client', 'cli', ...args]);
    expect((await command('--issued-before', '2999-01-01T00:00:00Z')).code).toBe(1);
    expect((await command('--dry-run')).stdout).toBe('Would end 1 session.\n');
    expect((await command('--json')).stdout).toBe('{"ended":1,"isEstimated":false}\n');
    await service.resume();
    await expectDead(tokens);
    await expectAlive(other);
  });
});
