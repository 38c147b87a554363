import { RESOURCE, type Answer } from '../support/client.js';
import { countByStatus, signInFrom } from '../support/guesses.js';
import { runSql } from '../support/run-sql.js';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import { disposeWithoutLeaks, events, keepSecret, login, refresh, the, times } from '../support/sessions.js';

const CROWD = 600;
/** Other clients do not queue behind a crowd: at the median, this many of their requests take less time than one guess. */
const TIMES_QUICKER = 4;
const WRONG = 'PASSWORD that is wrong';

let service: Service;
let metricsPort: number;
beforeAll(async () => {
  keepSecret(WRONG);
  metricsPort = await freePort();
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1', METRICS_PORT: String(metricsPort) });
});
afterAll(() => disposeWithoutLeaks(service));

const median = (values: readonly number[]): number => the(values.toSorted((a, b) => a - b)[values.length >> 1]);

it('during 600 wrong sign-ins from 600 addresses other clients are served, and the service refuses the sign-ins that it cannot verify', async () => {
  let tokens = await login(service, 'all', 'app');
  const durations = { refresh: [], read: [], ready: [], guess: [] } as Record<string, number[]>;
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    durations[what]?.push(performance.now() - began);
    return result;
  };
  const flood = times(CROWD, (n) => {
    const from = `198.18.${n >> 8}.${n & 255}`;
    return timed('guess', () => signInFrom(service, { name: 'none', password: `${WRONG} ${n}`, from }));
  });
  const over = new AbortController();
  const ended = flood.finally(() => {
    over.abort();
  });
  while (!over.signal.aborted) {
    await timed('refresh', async () => (tokens = await refresh(service, tokens, 'app')));
    await timed('read', () => service.client(`Bearer ${tokens.access}`).get(`${RESOURCE}?size=1`));
    await timed('ready', () => service.client().get('/health/ready'));
  }
  const answers = await ended;
  const { guess, ...others } = durations;
  for (const [what, values] of Object.entries(others))
    expect([what, TIMES_QUICKER * median(values) < median(the(guess))]).toEqual([what, true]);

  const counts = countByStatus(answers);
  expect(Object.keys(counts)).toEqual(['400', '503']);
  answers.filter(({ status }) => status === 503).forEach(expectBusy);
  const metrics = await scrape(metricsPort);
  expect(metrics.value('tessera_sign_ins_total{outcome="busy"}')).toBe(counts[503]);
  expect(metrics.value('tessera_sign_ins_waiting')).toBe(0);
  expect((await events(service, { Subject: 'none@example.com', Kind: 'login-failed' })).length).toBe(counts[400]);
  // Each guess that was verified counts for the pair, the address and the account. No other guess counts.
  await service.end();
  const [row] = await runSql(service.dataDir, 'SELECT sum(failures)::int AS failures FROM login_throttles');
  await service.resume();
  expect(row?.['failures']).toBe(3 * the(counts[400]));
}, 120_000);

it('a sign-in whose client disconnects while it waits is not verified and not counted', async () => {
  const given = new AbortController();
  // No user is guessed at twice. Otherwise a limit would answer before the password is verified.
  const waiting = Array.from({ length: 60 }, (_, n) =>
    fetch(`${service.url}/api/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `198.19.0.${n}` },
      body: new URLSearchParams({ grant_type: 'password', username: `nobody-${n}@example.com`, password: WRONG }),
      signal: given.signal,
    }).then(
      ({ status }) => status,
      () => 0,
    ),
  );
  // When the first sign-ins are answered, all clients whose sign-ins still wait disconnect.
  await Promise.any(waiting);
  given.abort();
  const statuses = await Promise.all(waiting);
  while (the((await scrape(metricsPort)).value('tessera_sign_ins_waiting')) > 0);
  const failures = await events(service, { Kind: 'login-failed' });
  const counted = failures.filter(({ Subject }) => String(Subject).startsWith('nobody-'));
  expect(statuses).toContain(0);
  expect(counted.length).toBeLessThan(60);
});

function expectBusy({ body, headers }: Answer): void {
  expect(body).toEqual({
    error: 'temporarily_unavailable',
    error_description: 'Too many sign-ins are in progress; nothing was written. Wait 1 second.',
  });
  expect(headers.get('retry-after')).toBe('1');
}
