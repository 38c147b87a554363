import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { contender, DIST, SERVICE, SETTINGS, signIn, tokensOf } from './side-by-side/contenders.mjs';
import { seeded, usageOf } from './side-by-side/databases.mjs';
import { measure } from './side-by-side/rounds.mjs';
import { BenchSession, report } from './side-by-side/session.mjs';
import { summary } from './side-by-side/statistics.mjs';

// `npm run bench:size`: the cost of requests on a large table, compared with a small table; searches; redemptions while a job deletes.
// Both databases come from `npm run bench:seed`, with the same TESSERA_SECRET, and the ADMIN_PASSWORD of the benchmark.

const { DATABASE_URL: large, BASELINE_DATABASE_URL: small, TESSERA_SECRET } = process.env;
const CLIENTS = 16;
const SESSIONS = 6_400;
const SEARCHES = 100;
const CLI = join(DIST, 'cli/main.js');
/** Longer ago than any record expired: no job deletes records before the benchmark wants it. */
const KEEP_ALL = String(10 * 365 * 86_400);
const ROUND = { seconds: 4, warmUpSeconds: 4, clientCounts: [CLIENTS] };
const PLAN = { ...ROUND, scenarios: ['redeem-all-over', 'get-one', 'create'], rounds: 5 };
const REDEEM_ONLY = { ...ROUND, scenarios: ['redeem-all-over'], rounds: 1, warmUpSeconds: 0.5 };
const SEARCH = '/api/sys/refreshtokens?';

if (!large || !small || !TESSERA_SECRET) {
  console.error(
    'Set DATABASE_URL to the large database, BASELINE_DATABASE_URL to the small one, and TESSERA_SECRET to their secret.',
  );
  process.exit(1);
}

await BenchSession.run(async (session) => {
  const contenders = [];
  for (const [name, url] of Object.entries({ small, large })) contenders.push(await start(session, name, url));
  const [{ target: few }, { target: many }] = contenders;
  const database = new pg.Client({ connectionString: large });
  await database.connect();
  session.onEnd(() => database.end());
  const figures = await session.measure(contenders, { plan: PLAN, databaseUsage: () => usageOf(database) });
  const { rows } = await database.query('SHOW server_version');
  const about = {
    database: `PostgreSQL ${rows[0].server_version}, ${few.records} and ${many.records} records`,
    method: `Median of ${PLAN.rounds} rounds of ${PLAN.seconds} s, in turn; 'service ÷ this' is the small table's ÷ the large one's.`,
    plan: PLAN,
  };
  report('size', { figures, about, isMarkdown: process.argv.includes('--markdown') });
  console.log(`\nHeap-only updates of refresh_tokens: ${await heapOnlyShare(database)}`);
  await measureSearches(contenders[1]);
  await measureDeletion(contenders[1]);
});

async function start(session, name, url) {
  const env = { ...SETTINGS, DATABASE_URL: url, EXPIRED_RECORD_RETENTION: KEEP_ALL };
  const { sessions, records, subjects } = await seeded(url, SESSIONS);
  const tokens = await tokensOf(sessions);
  const server = await session.start(name, SERVICE, env);
  const bearers = await signIn(server.port, CLIENTS);
  const clients = bearers.map((client, n) => ({
    ...client,
    sessions: tokens.filter((_, place) => place % CLIENTS === n),
  }));
  return contender(name, { server, scenarios: PLAN.scenarios, clients, tokenPath: '/api/token', records, subjects });
}

async function heapOnlyShare(database) {
  await database.query('SELECT pg_sleep(1)');
  const { rows } = await database.query(
    `SELECT n_tup_hot_upd::float8 AS hot, n_tup_upd::float8 AS updates FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'`,
  );
  const [{ hot, updates }] = rows;
  return `${((100 * hot) / updates).toFixed(2)} % of ${updates}`;
}

/** First pages, newest first, by one client. Each request names another user, client or day. */
async function measureSearches({ target: { port, subjects }, clients: [{ bearer }] }) {
  const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString();
  const newest = 'orderBy=CreatedOn&dir=descending';
  const kinds = {
    'by Subject': (n) => `RefreshToken_Subject=user${1 + ((n * 7919) % subjects)}@example.com&${newest}`,
    'by Subject, begins with': (n) => `RefreshToken_Subject=user${1000 + n}*&${newest}`,
    'by ClientId, a popular one': () => `RefreshToken_ClientId=web-app&${newest}`,
    'by ClientId, a rare one': (n) => `RefreshToken_ClientId=partner-${1 + (n % 40)}&${newest}`,
    'by ExpiresOn, within a day': (n) =>
      `from_RefreshToken_ExpiresOn=${day(n % 14)}&to_RefreshToken_ExpiresOn=${day((n % 14) + 1)}&${newest}`,
    'by ExpiresOn, in the past': () => `to_RefreshToken_ExpiresOn=${day(0)}&${newest}`,
    'without a filter': () => newest,
    'without a filter, page 10,000': () => `${newest}&page=10000`,
  };
  console.log(`\n${'search'.padEnd(34)}${'median ms'.padStart(10)}${'p95 ms'.padStart(10)}${'found'.padStart(12)}`);
  for (const [name, query] of Object.entries(kinds)) {
    const times = [];
    let total = '';
    for (let n = 0; n < SEARCHES; n++) {
      const begun = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${SEARCH}${query(n)}`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      const { TotalItems } = await answer.json();
      times.push(performance.now() - begun);
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      total = `${answer.headers.get('x-total-items') ? '~' : ''}${TotalItems}`;
    }
    times.sort((a, b) => a - b);
    const [median, p95] = [times[SEARCHES / 2], times[Math.floor(SEARCHES * 0.95)]].map((ms) => ms.toFixed(1));
    console.log(`${name.padEnd(34)}${median.padStart(10)}${p95.padStart(10)}${total.padStart(12)}`);
  }
}

/** Redemptions before, during and after the job that deletes every expired record. */
async function measureDeletion(large) {
  const medians = { before: [], during: [], after: [] };
  const redeem = async (when) => {
    const [{ rounds }] = await measure([large], {
      plan: REDEEM_ONLY,
      databaseUsage: undefined,
      onStep: () => undefined,
    });
    medians[when].push(rounds[0].p50Ms);
  };
  for (let n = 0; n < 5; n++) await redeem('before');
  const begun = performance.now();
  const env = { ...process.env, ...SETTINGS, EXPIRED_RECORD_RETENTION: '0' };
  const job = spawn(process.execPath, [CLI, 'jobs', 'run', 'expired-records'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(job, 'exit');
  while (job.exitCode === null) await redeem('during');
  await ended;
  const seconds = (performance.now() - begun) / 1000;
  for (let n = 0; n < 5; n++) await redeem('after');
  console.log(
    `The job took ${seconds.toFixed(0)} s. Redemptions, p50 in ms, median of rounds of ${REDEEM_ONLY.seconds} s:`,
  );
  for (const [when, rounds] of Object.entries(medians)) {
    const { median, min, max } = summary(rounds);
    console.log(
      `${when.padEnd(8)}${median.toFixed(2).padStart(8)}  (${min.toFixed(2)} to ${max.toFixed(2)}, ${rounds.length} rounds)`,
    );
  }
}
