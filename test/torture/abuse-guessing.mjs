import { performance } from 'node:perf_hooks';
import { USERS } from '../support/fixtures.mjs';
import { basic } from './http.mjs';

const TOKEN = '/api/token';
/** How many guesses the throttle allows, as in src/users/login-throttle.service.ts, and some more for guesses that are under way. */
const FREE = { pair: 5, address: 50, account: 100 };
const SLACK = 3;
/** With fewer seconds than this, the scenario skips its slow parts. */
const SECONDS_FOR_ALL = 60;
/** How many pairs of attempts are timed. */
const SAMPLES = { few: 25, many: 100 };
/** If two groups do not differ, the first is slower in half of the pairs. The share may differ from a half by this many standard deviations. */
const TELLING_DEVIATIONS = 5;
/** The service may refuse to verify some attempts in time, but not many. */
const TIMED_AT_LEAST = 0.9;
const MANY = 100;
const [ADMIN] = USERS;
const KNOWN = USERS.at(-1);

/** Guesses passwords, from one address and from many, for one account and for many. Then compares the times of known and unknown names. */
export async function guess({ world, contract, random, seconds }) {
  const attempts = new Guesses(world, contract, random);
  await attempts.oneAccountFromOneAddress();
  await attempts.oneAccountByBasic();
  await attempts.spoofedAddresses();
  if (seconds > SECONDS_FOR_ALL) {
    await attempts.manyAccountsFromOneAddress();
    await attempts.oneAccountFromManyAddresses();
    await attempts.manyAccountsFromManyAddresses();
  }
  await attempts.timeNames(seconds > SECONDS_FOR_ALL ? SAMPLES.many : SAMPLES.few);
}

class Guesses {
  #addresses = 0;

  constructor(world, contract, random) {
    Object.assign(this, { world, random });
    this.operation = contract.operations().find(({ operation }) => operation.operationId === 'getRefreshToken');
    this.contract = contract;
    this.history = world.history('guesser');
  }

  /** After a few wrong passwords the address is blocked. The account's owner can still sign in from another address. */
  async oneAccountFromOneAddress() {
    const address = this.#newAddress();
    await this.#mustBeHeldBack('one account from one address', FREE.pair, () => this.#try(ADMIN.email, address));
    await this.#ownerGetsIn();
  }

  /** The same with Basic, on a route of the resource. */
  async oneAccountByBasic() {
    const address = this.#newAddress();
    await this.#mustBeHeldBack('Basic from one address', FREE.pair, async (n) => {
      const authorization = basic({ email: ADMIN.email, password: `wrong ${n}` });
      const headers = { authorization, 'x-forwarded-for': address };
      const answer = await this.world.ask(this.history, { path: '/api/sys/refreshtokens/1', headers });
      const disagreement = this.contract.disagreement(this.operation, answer);
      if (disagreement) this.world.report.violate('answers agree with the document', disagreement, this.history);
      return answer;
    });
  }

  /** Only the address from the trusted proxy counts. An address that the client made up does not count. */
  async spoofedAddresses() {
    const address = this.#newAddress();
    const spoof = () => `${this.#newAddress()}, ${address}`;
    await this.#mustBeHeldBack('made up addresses', FREE.pair, () => this.#try(ADMIN.email, spoof()));
  }

  async manyAccountsFromOneAddress() {
    const address = this.#newAddress();
    const next = (n) => this.#try(`account-${n}@example.com`, address);
    await this.#mustBeHeldBack('many accounts from one address', FREE.address, next);
  }

  /** The account's failures block only addresses that failed before. */
  async oneAccountFromManyAddresses() {
    const addresses = Array.from({ length: FREE.account + SLACK }, () => this.#newAddress());
    for (const address of addresses) await this.#try(ADMIN.email, address);
    const again = await this.#try(ADMIN.email, addresses[0]);
    if (again.status !== 429) this.#violate(`many addresses: the first may go on after ${addresses.length} failures`);
    await this.#ownerGetsIn();
  }

  /** One guess for each account: no address is blocked for that, and no guess succeeds. */
  async manyAccountsFromManyAddresses() {
    for (let n = 0; n < MANY; n++) {
      const name = n % 10 === 0 ? USERS[(n / 10) % USERS.length].email : `one-of-many-${n}@example.com`;
      const { status } = await this.#try(name, this.#newAddress());
      if (status !== 400) this.#violate(`many accounts from many addresses: one guess was answered with ${status}`);
    }
    await this.#ownerGetsIn();
  }

  /**
   * The time of a refusal does not reveal whether the user exists. Attempts alternate, so that other work of the machine affects both
   * kinds alike. The measure is how often a known name is slower than an unknown name (Mann and Whitney's U).
   */
  async timeNames(samples) {
    const times = { known: [], unknown: [] };
    for (let n = 0; n < samples * 2; n++) {
      const kind = n % 2 === 0 ? 'known' : 'unknown';
      const name = kind === 'known' ? KNOWN.email : `nobody-${n}@example.com`;
      const begun = performance.now();
      const { status } = await this.#try(name, this.#newAddress());
      if (status === 400) times[kind].push(performance.now() - begun);
    }
    const slower = times.known.flatMap((known) => times.unknown.map((unknown) => Number(known > unknown)));
    const share = slower.reduce((sum, one) => sum + one, 0) / slower.length;
    this.world.report.worst('known_slower_share', share);
    if (Math.min(times.known.length, times.unknown.length) < samples * TIMED_AT_LEAST)
      this.#violate(`of ${samples} refusals of each kind too few could be timed`);
    if (Math.abs(share - 0.5) > TELLING_DEVIATIONS * Math.sqrt((2 * samples + 1) / (12 * samples * samples)))
      this.#violate(`a known user's refusal is slower in ${Math.round(share * 100)} of 100 cases`);
  }

  /** Guesses until 429, which must come after this many guesses at the latest. */
  async #mustBeHeldBack(what, free, attempt) {
    for (let n = 0; n <= free + SLACK; n++) {
      const answer = await attempt(n);
      if (answer.status !== 429) continue;
      if (n < free) this.#violate(`${what}: blocked after only ${n} failures`);
      if (!(Number(answer.headers['retry-after']) >= 1)) this.#violate(`${what}: 429 without Retry-After`);
      this.world.report.count('held_back');
      return undefined;
    }
    return this.#violate(`${what}: no guess was blocked after ${free + SLACK} failures`);
  }

  /** Users are not blocked by the guesses of others when they sign in from an address that they used before. */
  async #ownerGetsIn() {
    const form = { grant_type: 'password', username: ADMIN.email, password: ADMIN.password };
    const { status } = await this.world.ask(this.history, { method: 'POST', path: TOKEN, form });
    if (status !== 200) this.#violate(`the owner of a guessed account was answered with ${status}`);
  }

  async #try(username, address) {
    const form = { grant_type: 'password', username, password: `wrong ${this.random.next()}` };
    const headers = { 'x-forwarded-for': address };
    const label = `${username} from ${address}`;
    const answer = await this.world.ask(this.history, { method: 'POST', path: TOKEN, headers, form, label });
    if (answer.status === 200) this.#violate(`a wrong password of ${username} was right`);
    return answer;
  }

  /** An address that no earlier guess used. */
  #newAddress() {
    const n = ++this.#addresses;
    return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  }

  #violate(what) {
    this.world.report.violate('guessing is limited and reveals nothing', what, this.history);
  }
}
