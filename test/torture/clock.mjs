import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { USERS } from '../support/fixtures.mjs';
import { found, populate } from './population.mjs';
import { restore } from './restore.mjs';
import { readAccessToken } from './tokens.mjs';

const CLIENTS = 8;
const HOURS = { least: 2, most: 14 };
/** The embedded database's clock only moves forward between runs of the service, and a session does not live for ever. */
const MOST_HOURS_AHEAD = 100;
const LIFE_MS = 2_000;
/** How long another restore takes on a slow machine. */
const RESTORE_MS = 20_000;
const RESERVE_MS = 5_000;
/** The times of a request and its answer may differ by this much. */
const SECONDS_APART = 60;
const FREE_GUESSES = 8;
const LONGEST_BLOCK = 900;
/** The lifetime of an access token, so short that the scenario can wait for its end. */
const SHORT_TTL_SECONDS = 3;

/**
 * The clocks of the service's processes are hours off. On PostgreSQL nothing important depends on them: one process may be ahead and
 * another behind. For the embedded database the process clock is also the database's clock, and moves forward at each start. Then a backup is restored.
 */
export async function clock(context) {
  const { engine, random, deadline } = context;
  const chance = random.fork('clock');
  const place = await found(context);
  const { world, service, dispose } = place;
  try {
    // A client makes its proofs by its own clock, and the clock of the embedded database leaves that one behind.
    populate(world, { clients: CLIENTS, ...(engine.server ? {} : { isBound: () => false }) });
    let ahead = 0;
    const half = performance.now() + (deadline - performance.now()) / 2;
    do {
      for (const [n, replica] of service.entries()) {
        ahead += chance.between(HOURS.least, HOURS.most);
        const hours = engine.server ? (n % 2 === 0 ? 1 : -1) * chance.between(HOURS.least, HOURS.most) : ahead;
        const change = async () => {
          await replica.stop('SIGKILL');
          await replica.start(clockOff(hours));
          await mustBeOff(replica, hours);
          context.report.count('clock_changes');
          if (!engine.server) world.clockLeaptAt = performance.now();
        };
        // By the embedded database's clock, a client would repeat a request with a lost answer hours later.
        await (engine.server ? change() : world.calmly(change));
      }
      await pause(LIFE_MS);
    } while (performance.now() < half - RESERVE_MS && (engine.server || ahead < MOST_HOURS_AHEAD));
    await world.settle();
    await world.verify();
    await (engine.server ? checkTimes(place, context) : checkSetBack(place, context, ahead));
  } finally {
    await dispose();
  }
  do await restore(context);
  while (performance.now() < deadline - RESTORE_MS);
}

/** Checks that the process uses the wrong clock. Otherwise the scenario tests nothing. */
async function mustBeOff({ url }, hours) {
  const { headers } = await fetch(`${url}/health/live`);
  const off = (Date.parse(headers.get('date')) - Date.now()) / 3_600_000;
  if (Math.abs(off - hours) > 0.1) throw new Error(`The clock was to be ${hours} hours off, and is ${off}.`);
}

/**
 * Sets the embedded database's clock back. All earlier tokens are then hours ahead of the clock. The previous token must still get the
 * current token, an older token must be refused, neither may end the session, and the client of the session must be able to continue.
 */
async function checkSetBack({ service: [replica], world }, { report }, ahead) {
  const history = world.history('watch');
  const ask = (request) => world.ask(history, request);
  const redeem = async (token) =>
    ask({ method: 'POST', path: '/api/token', form: { grant_type: 'refresh_token', refresh_token: token } });
  const tokens = [(await signIn(ask, USERS[0])).refresh_token];
  for (let n = 0; n < 2; n++) tokens.push((await redeem(tokens.at(-1))).body.refresh_token);
  await replica.stop('SIGKILL');
  await replica.start(clockOff(ahead - HOURS.least));
  const again = await redeem(tokens[1]);
  const older = await redeem(tokens[0]);
  const next = await redeem(tokens[2]);
  const isFine = again.body.refresh_token === tokens[2] && older.status === 400 && next.status === 200;
  const what = `the earlier tokens were answered with ${again.status}, ${older.status} and ${next.status}`;
  if (!isFine) report.violate('a clock that is set back ends nothing', what, history);
}

/** The settings that move the clock of a process forward, or backward, by this many hours. */
function clockOff(hours) {
  const offset = `${hours < 0 ? '' : '+'}${hours}h`;
  // Durations stay real.
  return { LD_PRELOAD: library(), FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
}

function library() {
  for (const folder of readdirSync('/usr/lib')) {
    const path = join('/usr/lib', folder, 'faketime');
    const names = folder.includes('-linux-') ? list(path) : [];
    if (names.includes('libfaketimeMT.so.1')) return join(path, 'libfaketimeMT.so.1');
  }
  throw new Error('There is no libfaketime: install the Debian package faketime.');
}

function list(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** All times that the service reports come from the database's clock, and everything expires by that clock, on every process. */
async function checkTimes({ service, world }, { report }) {
  await Promise.all(service.map((replica) => replica.stop()));
  await Promise.all(service.map((replica) => replica.start({ ACCESS_TOKEN_TTL: `${SHORT_TTL_SECONDS}` })));
  const history = world.history('watch');
  const check = (isFine, what) => {
    if (!isFine) report.violate("the database's clock is the only clock", what, history);
  };
  for (const { url } of service) {
    world.urls = [url];
    const ask = (request) => world.ask(history, request);
    const now = Date.now() / 1000;
    const body = await signIn(ask, USERS[0]);
    const claims = readAccessToken(body.access_token);
    check(Math.abs(claims.iat - now) < SECONDS_APART, `iat is ${claims.iat - now} s off`);
    world.urls = service.map((replica) => replica.url);
    const use = () =>
      ask({ path: '/api/sys/refreshtokens?size=1', headers: { authorization: `Bearer ${body.access_token}` } });
    check((await use()).status === 200, 'a new access token is refused');
    await pause((SHORT_TTL_SECONDS + 1) * 1000);
    check((await use()).status === 401, 'an access token outlives its end');
    world.urls = [url];
    const found = await ask({
      path: '/api/sys/refreshtokens?orderBy=UpdatedOn&dir=1&size=1',
      headers: { authorization: world.admin },
    });
    const [record] = found.body.Records;
    check(Math.abs(Date.parse(record.UpdatedOn) / 1000 - now) < SECONDS_APART, `UpdatedOn is ${record.UpdatedOn}`);
    check(record.IsNew, 'a new record is not new');
    await checkThrottle(ask, check);
  }
}

async function checkThrottle(ask, check) {
  let answer;
  for (let n = 0; n < FREE_GUESSES && answer?.status !== 429; n++) {
    const form = { grant_type: 'password', username: 'nobody@example.com', password: `wrong ${n}` };
    answer = await ask({ method: 'POST', path: '/api/token', form });
  }
  const wait = Number(answer.headers['retry-after']);
  check(
    answer.status === 429 && wait >= 1 && wait <= LONGEST_BLOCK,
    `guessing was answered with ${answer.status}, ${wait}`,
  );
}

async function signIn(ask, { email, password }) {
  const form = { grant_type: 'password', username: email, password };
  return (await ask({ method: 'POST', path: '/api/token', form })).body;
}
