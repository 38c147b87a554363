import { hangUp, type HangUp } from '../support/hang-up.js';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  isAlive,
  login,
  refresh,
  seconds,
  sessionOf,
  story,
  the,
  TOKEN,
  times,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

// Attacks on a stolen refresh token that once kept the session alive. In each attack the token was superseded long before its request
// was sent, so the session must have ended when the request is answered.

const THEFTS = 55;
const LANES = 5;
const HANG_UPS = 12;
/** Of all thefts, so many replays may be excused on a busy machine. */
const EXCUSED = THEFTS / 10;

let service: Service;
let metricsPort: number;
beforeAll(async () => {
  metricsPort = await freePort();
  service = await Service.start({ METRICS_PORT: String(metricsPort) });
});
afterAll(() => disposeWithoutLeaks(service));

/** Signs in and refreshes this many times. Returns the tokens of each generation, oldest first. */
async function chain(clientId: string, refreshes: number): Promise<Tokens[]> {
  const all = [await login(service, 'all', clientId)];
  while (all.length <= refreshes) all.push(await refresh(service, the(all.at(-1)), clientId));
  return all;
}

const said = (token: string, clientId: string) => ({
  path: TOKEN,
  form: { grant_type: 'refresh_token', refresh_token: token },
  headers: { client_id: clientId },
});

/** Whether the session ends within a few seconds. */
async function ends(tokens: Tokens): Promise<boolean> {
  for (let n = 0; n < 300 && (await isAlive(service, tokens)); n++) await seconds(0.01);
  return !(await isAlive(service, tokens));
}

/** Tokens that a thief got, and when the thief sent the request for them. */
interface Gain {
  readonly sentAt: number;
  readonly tokens: Tokens;
}

/** The thief refreshes until it is refused or must stop. Each gain is added to the list. */
async function loop(stolen: Tokens, clientId: string, gains: Gain[], mustStop: () => boolean): Promise<void> {
  let { refresh: token } = stolen;
  while (!mustStop()) {
    const sentAt = performance.now();
    const answer = await askRefresh(service, token, clientId);
    if (answer.status !== 200) return;
    gains.push({ sentAt, tokens: tokensOf(answer) });
    token = the(gains.at(-1)).tokens.refresh;
  }
}

/**
 * A victim presents its old token while a thief refreshes without pause and is some generations ahead. Returns how many replays the
 * service excused, because its process was stalled and it could not know that the request had arrived after the refreshes.
 */
async function comeBack(clientId: string, lead: number): Promise<number> {
  const victim = await login(service, 'all', clientId);
  const gains: Gain[] = [];
  let endedAt = Infinity;
  const gainedLater = (): Gain[] => gains.filter(({ sentAt }) => sentAt > endedAt);
  const looping = loop(victim, clientId, gains, () => gainedLater().length > 0);
  while (gains.length < lead) await seconds(0.001);
  let excused = 0;
  for (; endedAt === Infinity && excused <= EXCUSED; excused++) {
    const { status } = await askRefresh(service, victim.refresh, clientId);
    const answeredAt = performance.now();
    expect(status).toBe(400);
    if (!(await isAlive(service, the(gains.at(-1)).tokens))) endedAt = answeredAt;
  }
  await looping;
  expect(gainedLater()).toEqual([]);
  expect(await isAlive(service, the(gains.at(-1)).tokens)).toBe(false);
  const ends = (await story(service, victim)).filter((event) => event.startsWith('session-ended'));
  expect(ends).toEqual(['session-ended: replayed']);
  return excused - 1;
}

it('a replay ends the session while the thief refreshes without pause, every time, and the thief gains nothing after it', async () => {
  const rounds = Array.from({ length: THEFTS }, (_, round) => round);
  let excused = 0;
  const lane = async (own: number): Promise<void> => {
    for (const round of rounds.filter((each) => each % LANES === own)) {
      const inThisRound = await comeBack(`loop-${own}`, 2 + (round % 6));
      excused += inThisRound;
    }
  };
  await times(LANES, lane);
  const metrics = await scrape(metricsPort);
  const refused = (reason: string): number | undefined =>
    metrics.value(`tessera_redemptions_total{outcome="refused",reason="${reason}"}`);
  expect([refused('replayed'), refused('superseded-in-flight'), refused('contended')]).toEqual([THEFTS, excused, 0]);
  expect(excused).toBeLessThanOrEqual(EXCUSED);
}, 240_000);

describe('a client that disconnects immediately after sending its request', () => {
  const ways: [string, HangUp][] = [
    ['closes its direction of the connection', 'half'],
    ['closes the connection', 'close'],
  ];

  it.each(ways)('and %s is still judged: a stale token ends the session, every time', async (_what, how) => {
    let dropped = 0;
    for (let n = 0; n < HANG_UPS; n++) {
      const clientId = `stale-${how}-${n}`;
      const all = await chain(clientId, 2 + (n % 3));
      const replay = (): Promise<number> => hangUp(service.url, said(the(all[0]).refresh, clientId), how);
      await replay();
      // A process on a busy machine drops requests that it reads late and whose client has disconnected.
      while (!(await ends(the(all.at(-1))))) {
        expect(++dropped).toBeLessThan(HANG_UPS / 2);
        await replay();
      }
      expect((await story(service, the(all[0]))).at(-1)).toBe('session-ended: replayed');
    }
  });

  it.each(ways)('and %s gets nothing for a current token: the owner of the token continues', async (_what, how) => {
    for (let n = 0; n < HANG_UPS; n++) {
      const clientId = `current-${how}-${n}`;
      const tokens = await login(service, 'all', clientId);
      // Request and disconnect both arrive before the service reads the request, so the speed of the machine does not matter.
      service.signal('SIGSTOP');
      const hungUp = hangUp(service.url, said(tokens.refresh, clientId), how);
      await seconds(0.1);
      service.signal('SIGCONT');
      expect([0, 408]).toContain(await hungUp);
      const next = await refresh(service, tokens, clientId);
      expect(sessionOf(next)).toBe(sessionOf(tokens));
      // A token that had been redeemed for the disconnected client would show here as a retry.
      expect(await story(service, tokens)).toEqual(['login: pwd']);
      expect(await isAlive(service, await refresh(service, next, clientId))).toBe(true);
    }
  });
});
