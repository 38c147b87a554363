import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { QUICK_START, USERS } from '../support/fixtures.mjs';
import { program } from './replica.mjs';

const TOKEN = '/api/token';
/** Free guesses, as src/users/login-throttle.ts says: of one account at one address, of one account in all, of codes of one user. */
const FREE = { pair: 5, account: 100, code: 5 };
/** Guesses that are sent concurrently, when there is time and when there is little. */
const CROWD = { many: 160, few: 40 };
/** Each address of a crowd guesses so often. */
const ROUNDS = 3;
/** The service has no time for more sign-ins: the client asks again a little later. */
const BUSY_MS = 250;
/** Whose account is guessed, whose password is known to the guesser, and who works meanwhile. */
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
 * Guesses that come concurrently, from one address and from many. The service evaluates no more of them than of guesses that come one by
 * one; meanwhile others refresh, and the user signs in from the own address.
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

  /** One account, one address: of all that come in one moment, only the free ones are evaluated. */
  async fromOneAddress() {
    const from = this.#newAddress();
    const begun = performance.now();
    const evaluated = await this.#guess(Array.from({ length: this.size }, () => this.#guessOf(VICTIM.email, from)));
    this.#mustBeAtMost('one account from one address', evaluated, mostSince(begun, FREE.pair));
  }

  /** One account, many addresses: each has its first guess, and when the account's free guesses are used up, nobody has a second. */
  async fromManyAddresses() {
    const addresses = Array.from({ length: this.size }, () => this.#newAddress());
    let evaluated = 0;
    for (let round = 0; round < ROUNDS; round++)
      evaluated += await this.#guess(addresses.map((from) => this.#guessOf(VICTIM.email, from)));
    this.#mustBeAtMost('one account from many addresses', evaluated, FREE.account + 1 + this.size);
    await this.#ownerGetsIn();
  }

  /** Codes after the right password: few are evaluated, whatever the addresses. */
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

  /** Somebody signed in refreshes all the time, and must never wait for guessers or be refused. */
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

  /** Sends guesses concurrently; returns how many were evaluated, and expects the others to be refused in form. */
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

  /** Not by `World.ask`: the service may say that it has no time for so many sign-ins. */
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

  /** From 198.19.0.0/16, where nobody else guesses. */
  #newAddress() {
    const n = ++this.#addresses;
    return `198.19.${n >> 8}.${n & 255}`;
  }

  #violate(what) {
    this.world.report.violate('guessing is held back, and tells nothing', what, this.history);
  }
}

/** The free guesses, the one that blocks, and one for each block that is over by now: the first lasts a second, each next twice as long. */
function mostSince(begun, free) {
  return free + 1 + Math.floor(Math.log2((performance.now() - begun) / 1000 + 1));
}
