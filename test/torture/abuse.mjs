import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { USERS } from '../support/fixtures.mjs';
import { addUserWithFactor, guessInCrowds } from './abuse-crowd.mjs';
import { guess } from './abuse-guessing.mjs';
import { tryEveryRole } from './abuse-roles.mjs';
import { playTricks } from './abuse-tricks.mjs';
import { Contract } from './contract.mjs';
import { basic } from './http.mjs';
import { found } from './population.mjs';
import { CANARY, LIVE, requestsTo } from './requests.mjs';

/** The log of the service must contain none of these texts from requests. */
const SECRET = new RegExp(
  [CANARY, ...USERS.map(({ password }) => password), 'tsr_[\\w-]{80}', 'eyJ[\\w-]+\\.eyJ[\\w-]+\\.'].join('|'),
);
/** The least time for generated requests, however long the fixed requests took. */
const FUZZ_AT_LEAST_MS = 4_000;
/** Among this many requests to an operation, some must succeed. */
const TELLING = 1_000;
/** These routes show stored values, tickets included. */
const RECORDS = /^\/api\/sys\/refreshtokens/i;

/**
 * Sends requests that no client should send: every route by every role and kind of credential, known tricks of attackers, guesses of
 * passwords. Then sends generated requests to every operation of the OpenAPI document until the time has ended.
 */
export async function abuse(context) {
  const { report, random, deadline } = context;
  const environment = { TRUSTED_PROXIES: '127.0.0.1', LOG_LEVEL: 'info', ACCESS_TOKEN_TTL: '3600' };
  const { world, service, dispose } = await found(context, { environment, prepare: addUserWithFactor });
  const contract = new Contract();
  const history = world.history('abuser');
  for (const replica of service) {
    replica.onLine = (line) => {
      const leaked = SECRET.exec(line);
      if (leaked) report.violate('no secret is logged', leaked[0].slice(0, 40), history);
      if (line.includes('"level":50')) report.violate('a healthy service logs no error', line);
    };
  }
  try {
    const users = await signInAll(world, history);
    await tryEveryRole({ world, contract, users });
    await playTricks({ world, service });
    const seconds = (deadline - performance.now()) / 1000;
    await guess({ world, contract, random: random.fork('guessing'), seconds });
    await guessInCrowds({ world, random: random.fork('crowd'), seconds });
    await fuzz({ world, contract, random: random.fork('fuzz'), milliseconds: deadline - performance.now() });
    for (const replica of service) report.worst('memory_mib', replica.usage().memory);
  } finally {
    await dispose();
  }
}

/** Signs every user in. From now on the service knows their credentials and their address. */
async function signInAll(world, history) {
  const users = [];
  for (const user of USERS) {
    const form = { grant_type: 'password', username: user.email, password: user.password };
    const { body } = await world.ask(history, { method: 'POST', path: '/api/token', form });
    users.push({ ...user, basic: basic(user), bearer: `Bearer ${body.access_token}`, tokens: body });
  }
  return users;
}

/** Sends generated requests to every operation concurrently. A failure is shrunk to the smallest request that still fails. */
async function fuzz({ world, contract, random, milliseconds }) {
  const credentials = [
    world.admin,
    world.admin,
    world.admin,
    basic(USERS[1]),
    undefined,
    'Bearer ' + CANARY,
    'Digest x',
  ];
  const limit = Math.max(milliseconds, FUZZ_AT_LEAST_MS);
  const test = async (operation) => {
    const seen = { requests: 0, successes: 0 };
    const property = fc.asyncProperty(requestsTo(operation, contract, credentials), async (request) => {
      const answer = await world.http.send(world.urls[0], await enliven(request, world));
      const fault = faultOf(operation, answer, contract);
      seen.requests++;
      if (answer.status === 200) seen.successes++;
      world.report.count('requests');
      world.report.count('generated');
      if (fault) throw new Error(fault);
    });
    const seed = random.between(0, 2 ** 31 - 1);
    const settings = { seed, numRuns: 1_000_000, interruptAfterTimeLimit: limit, timeout: 60_000 };
    const { failed, counterexample, errorInstance } = await fc.check(property, settings);
    if (failed && counterexample) {
      const request = JSON.stringify(counterexample[0]).slice(0, 1_500);
      world.report.violate('answers agree with the document', `${errorInstance?.message}: ${request} (seed ${seed})`);
    }
    if (seen.requests > TELLING && seen.successes === 0)
      throw new Error(`Of ${seen.requests} requests to ${operation.method} ${operation.path} none succeeded.`);
  };
  await Promise.all(contract.operations().map(test));
}

/** Puts the tokens of a new session into the request where the request has placeholders for them. */
async function enliven(request, world) {
  if (!request.body?.includes('LIVE_')) return request;
  const { email: username, password } = USERS[0];
  const form = { grant_type: 'password', username, password };
  const headers = { client_id: `fuzz-${randomUUID()}` };
  const { status, body } = await world.http.send(world.urls[0], { method: 'POST', path: '/api/token', form, headers });
  if (status !== 200) throw new Error(`a sign-in was answered with ${status}`);
  const live = request.body.replace(LIVE.refresh, body.refresh_token).replace(LIVE.access, body.access_token);
  return { ...request, headers: { ...request.headers, ...headers }, body: live };
}

function faultOf(operation, answer, contract) {
  if (answer.status === 0) return `no answer: ${answer.reason}`;
  if (answer.status >= 500) return `${answer.status} ${answer.text}`;
  const shows = (operation.method === 'GET' && RECORDS.test(operation.path)) || operation.path === '/api/token';
  if (!(shows && answer.status === 200) && SECRET.test(answer.text))
    return `a secret is echoed: ${answer.text.slice(0, 300)}`;
  return contract.disagreement(operation, answer);
}
