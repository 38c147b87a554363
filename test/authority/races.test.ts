import { basicOf, RESOURCE, type Answer } from '../support/client.js';
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
  REFUSED,
  revoke,
  sessionOf,
  story,
  the,
  tokensOf,
  type SessionRecord,
  type Tokens,
  times,
} from '../support/sessions.js';

const AT_ONCE = 50;
const REPETITIONS = 200;
/** Races of other sessions that run concurrently. More lanes reach more interleavings. */
const LANES = 8;

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** Repeats a race in lanes. Each repetition uses another session. */
async function repeat(race: (clientId: string) => Promise<void>): Promise<void> {
  const rounds = Array.from({ length: REPETITIONS }, (_, round) => round);
  const lane = async (own: number): Promise<void> => {
    for (const round of rounds) if (round % LANES === own) await race(`lane-${own}`);
  };
  await Promise.all(Array.from({ length: LANES }, (_, own) => lane(own)));
}

/** The only answer that a refresh may get when it lost the race. */
function expectRefusal({ status, body }: Answer): void {
  expect([status, body]).toEqual([400, REFUSED]);
}

async function expectDead(clientId: string, ...all: Tokens[]): Promise<void> {
  for (const tokens of all) {
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh, clientId);
  }
}

describe('fifty concurrent refreshes with one token', () => {
  it.each([1, 2, 3, 4, 5])('rotate once and all get the same token (round %d)', async () => {
    const first = await login(service, 'all', 'fifty');
    const answers = await times(AT_ONCE, () => askRefresh(service, first.refresh, 'fifty'));
    const tokens = answers.map(tokensOf);
    expect(new Set(tokens.map((each) => each.refresh)).size).toBe(1);
    expect(new Set(tokens.map((each) => each.access)).size).toBe(AT_ONCE);
    const retried = await events(service, { SessionId: sessionOf(first), Kind: 'refresh-retried' });
    expect(retried.length % (AT_ONCE - 1)).toBe(0);
    await refresh(service, the(tokens[0]), 'fifty');
  });
});

it('two chains of refreshes from one token never fork: both get the same token at every step', async () => {
  let tokens = await login(service, 'all', 'two');
  for (let step = 0; step < 100; step++) {
    const [one, other] = await times(2, () => refresh(service, tokens, 'two'));
    expect(other?.refresh).toBe(one?.refresh);
    tokens = the(one);
  }
});

/** Ways to end a session. Each answers 200, whether it runs before or after the refresh. */
const ENDINGS: Record<string, (tokens: Tokens, record: SessionRecord, clientId: string) => Promise<Answer>> = {
  'revoking its token': (tokens, _record, clientId) => revoke(service, tokens.refresh, clientId),
  'deleting its record': (_tokens, { Id }) => service.client(basicOf('admin')).delete(`${RESOURCE}/${Id}`),
};

describe('a refresh that races', () => {
  it.each(Object.entries(ENDINGS))('%s: may win or lose, and the session ends in either case', async (_what, end) => {
    let won = 0;
    await repeat(async (clientId) => {
      const first = await login(service, 'all', clientId);
      const record = the(await recordOf(service, first));
      const ask = (): Promise<Answer> => askRefresh(service, first.refresh, clientId);
      const finish = (): Promise<Answer> => end(first, record, clientId);
      // A refresh first checks whether its client has disconnected. The end therefore comes some milliseconds before or after the refresh.
      const finishSoon = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20)).then(finish);
      const both = Math.random() < 0.5 ? [ask(), finishSoon()] : [finish(), ask()].reverse();
      const [refreshed, ended] = (await Promise.all(both)) as [Answer, Answer];
      expect(ended.status).toBe(200);
      if (refreshed.status !== 200) expectRefusal(refreshed);
      else won++;
      await expectDead(clientId, first, ...(refreshed.status === 200 ? [tokensOf(refreshed)] : []));
      expect((await service.client(basicOf('admin')).get(`${RESOURCE}/${record.Id}`)).status).toBe(404);
    });
    // Both orders must have happened. Otherwise the test proves less than its title says.
    expect(won).toBeGreaterThan(0);
    expect(won).toBeLessThan(REPETITIONS);
  });

  it('a login: in either order, only the token of the login is valid afterwards', async () => {
    let won = 0;
    await repeat(async (clientId) => {
      const first = await login(service, 'all', clientId);
      // A login takes as long as its password hash. The refreshes are spread over that time.
      const entering = askLogin(service, 'all', clientId);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      const refreshed = await askRefresh(service, first.refresh, clientId);
      const later = tokensOf(await entering);
      if (refreshed.status === 200) {
        won++;
        await expectRefused(service, tokensOf(refreshed).refresh, clientId);
      } else expectRefusal(refreshed);
      await expectRefused(service, first.refresh, clientId);
      // Access tokens from before stay valid.
      expect(await isAlive(service, first)).toBe(true);
      await refresh(service, later, clientId);
    });
    expect(won).toBeGreaterThan(0);
  });

  it('a replay: the session ends, or the request counts as a retry or as superseded in flight and the session continues', async () => {
    await times(LANES, async (lane) => {
      const clientId = `replay-${lane}`;
      for (let round = 0; round < 5; round++) {
        const first = await login(service, 'all', clientId);
        const second = await refresh(service, first, clientId);
        const [next, replayed] = await Promise.all([
          askRefresh(service, second.refresh, clientId),
          askRefresh(service, first.refresh, clientId),
        ]);
        if (replayed.status === 200) expect(tokensOf(replayed).refresh).toBe(second.refresh);
        else expectRefusal(replayed);
        const isOver =
          (await story(service, first)).at(-1) !== 'refresh-refused: superseded-in-flight' && replayed.status !== 200;
        if (isOver) await expectDead(clientId, second, ...(next.status === 200 ? [tokensOf(next)] : []));
        else await refresh(service, tokensOf(next), clientId);
      }
    });
  });
});

it('concurrent logins leave one record and exactly one valid token', async () => {
  for (let round = 0; round < 5; round++) {
    const all = await times(10, () => login(service, 'all', 'logins'));
    expect(new Set(all.map(sessionOf)).size).toBe(1);
    const active = await Promise.all(all.map(({ refresh: token }) => introspect(service, token)));
    expect(active.filter(({ body }) => body.active as boolean)).toHaveLength(1);
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=logins`);
    expect(body.TotalItems).toBe(1);
  }
});
