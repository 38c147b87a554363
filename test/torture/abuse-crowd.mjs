import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { QUICK_START, USERS } from '../support/fixtures.mjs';
import { program } from './replica.mjs';

const TOKEN = '/api/token';
/** Guesses before a block, as in src/users/login-throttle.service.ts: of one account at one address, of one account in total, of codes of one user. */
const FREE = { pair: 5, account: 100, code: 5 };
/** Guesses that are sent concurrently, in a long run and in a short run. */
const CROWD = { many: 160, few: 40 };
/** How often each address of a crowd guesses. */
const ROUNDS = 3;
/** The service has no time for more sign-ins: the client waits this long and tries again. */
const BUSY_MS = 250;
/** The user whose password is guessed, the user whose password the guesser knows, and the user who works meanwhile. */
const [VICTIM] = USERS;
const WITH_FACTOR = { email: 'factor@example.com', password: 'password of Factor' };
const WORKER = USERS.find(({ email }) => email.startsWith('all@'));
const SECONDS_FOR_ALL = 60;

/** Adds a user with a second factor, before the service runs. */
export async function addUserWithFactor({ environment }) {
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...environment };
  await command(env, ['users', 'add', WITH_FACTOR.email], `${WITH_FACTOR.password}\n`);
  await command(env, ['totp', 'enable', WITH_FACTOR.email]);
}

async function command(env, args, input = '') {
  const child = spawn(process.execPath, [...QUICK_START, `${program.dist}/cli/main.js`, ...args], {
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  child.stdin.end(input);
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`The command ${args.join(' ')} failed: ${complaint}`);
}

/**
 * Guesses that arrive concurrently, from one address and from many. The service verifies no more of them than of guesses that arrive one
 * by one. Meanwhile another user refreshes, and the owner of the account signs in from another address.
 */
export async function guessInCrowds({ world, random, seconds }) {
  const crowd = new Crowd(world, random, seconds > SECONDS_FOR_ALL ? CROWD.many : CROWD.few);
  await crowd.whileOthersWork(async () => {
    await crowd.fromOneAddress();
    await crowd.fromManyAddresses();
    await crowd.ofCodes();
  });
}

class Crowd {
  #addresses = 0;

  constructor(world, random, size) {
    Object.assign(this, { world, random, size });
    this.history = world.history('crowd of guessers');
  }

  /** One account, one address: of the guesses that arrive at the same moment, the service verifies only the free guesses. */
  async fromOneAddress() {
    const from = this.#newAddress();
    const begun = performance.now();
    const evaluated = await this.#guess(Array.from({ length: this.size }, () => this.#guessOf(VICTIM.email, from)));
    this.#mustBeAtMost('one account from one address', evaluated, mostSince(begun, FREE.pair));
  }

  /** One account, many addresses: each address has its first guess. When the account's free guesses are used up, no address has a second. */
  async fromManyAddresses() {
    const addresses = Array.from({ length: this.size }, () => this.#newAddress());
    let evaluated = 0;
    for (let round = 0; round < ROUNDS; round++)
      evaluated += await this.#guess(addresses.map((from) => this.#guessOf(VICTIM.email, from)));
    this.#mustBeAtMost('one account from many addresses', evaluated, FREE.account + 1 + this.size);
    await this.#ownerGetsIn();
  }

  /** Codes after the right password: the service verifies few of them, whatever the addresses. */
  async ofCodes() {
    const { email: username, password } = WITH_FACTOR;
    const codes = Array.from({ length: this.size }, () => ({
      form: { grant_type: 'password', username, password, totp: `${this.random.between(100_000, 999_999)}` },
      headers: { 'x-forwarded-for': this.#newAddress() },
    }));
    const begun = performance.now();
    const evaluated = await this.#guess(codes);
    this.#mustBeAtMost('codes of one user from many addresses', evaluated, mostSince(begun, FREE.code));
  }

  /** A signed-in user refreshes all the time, and must neither wait for guessers nor be refused. */
  async whileOthersWork(work) {
    let tokens = (await this.#signIn(WORKER)).body;
    let isOver = false;
    const working = async () => {
      while (!isOver) {
        const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
        const answer = await this.world.ask(this.history, { method: 'POST', path: TOKEN, form });
        if (answer.status !== 200) return this.#violate(`a refresh was answered with ${answer.status} ${answer.text}`);
        tokens = answer.body;
        this.world.report.count('refreshes_while_guessed');
        await pause(20);
      }
    };
    const worker = working();
    await work().finally(() => (isOver = true));
    await worker;
  }

  /** Sends guesses concurrently. Returns how many were verified, and checks that the others were refused in the right form. */
  async #guess(requests) {
    const answers = await Promise.all(requests.map((request) => this.#send(request)));
    const evaluated = answers.filter(({ status }) => status === 400).length;
    for (const { status, headers } of answers) {
      if (status === 200) this.#violate('a wrong guess was right');
      else if (status === 429 || status === 503) {
        if (!(Number(headers['retry-after']) >= 1)) this.#violate(`${status} without Retry-After`);
      } else if (status !== 400) this.#violate(`a guess was answered with ${status}`);
    }
    this.world.report.count('guesses', answers.length);
    this.world.report.count('guesses_evaluated', evaluated);
    return evaluated;
  }

  #guessOf(username, from) {
    const form = { grant_type: 'password', username, password: `wrong ${this.random.next()}` };
    return { form, headers: { 'x-forwarded-for': from } };
  }

  /** Does not use `World.ask`, since the service may answer 503 to so many sign-ins. */
  #send({ form, headers }) {
    this.world.report.count('requests');
    return this.world.http.send(this.random.pick(this.world.urls), { method: 'POST', path: TOKEN, form, headers });
  }

  async #ownerGetsIn() {
    const { status } = await this.#signIn(VICTIM);
    if (status !== 200) this.#violate(`the owner of a guessed account was answered with ${status}`);
  }

  async #signIn({ email: username, password }) {
    const form = { grant_type: 'password', username, password };
    let answer;
    while ((answer = await this.#send({ form, headers: {} })).status === 503) await pause(BUSY_MS);
    return answer;
  }

  #mustBeAtMost(what, evaluated, most) {
    if (evaluated > most) this.#violate(`${what}: ${evaluated} guesses were evaluated, more than ${most}`);
  }

  /** An address in 198.19.0.0/16, where no other actor guesses. */
  #newAddress() {
    const n = ++this.#addresses;
    return `198.19.${n >> 8}.${n & 255}`;
  }

  #violate(what) {
    this.world.report.violate('guessing is limited and reveals nothing', what, this.history);
  }
}

/**
 * The free guesses, the guess that blocks, and one guess for each block that has expired. The first block lasts a second, each further block twice
 * as long.
 */
function mostSince(begun, free) {
  return free + 1 + Math.floor(Math.log2((performance.now() - begun) / 1000 + 1));
}
