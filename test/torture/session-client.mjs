import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { ProvingKey } from './proving-key.mjs';
import { SessionEdits } from './session-edits.mjs';
import { SessionEnds } from './session-ends.mjs';
import { isUnknown } from './world.mjs';
import { readAccessToken, readRefreshToken } from './tokens.mjs';

const TOKEN = '/api/token';
const ROUTE = '/api/sys/refreshtokens?size=1';
const ACCESS_TOKENS_KEPT = 5;
/** The clocks of client and database, together with the network, may differ by this much. */
const MARGIN_MS = 900;
/** Fewer repetitions of one token than the service allows (100). Other requests with the token count too. */
const REPETITIONS = 40;
/** How long a sign-in may continue on a busy machine after its client has disconnected. */
const LOST_LOGIN_MS = 500;

/**
 * A well-behaved client of one user. It signs in, refreshes, retries after a lost answer and uses its access tokens. Sometimes it or an
 * administrator ends its session. `alive` has every possible state of the session: one when the state is known, two after the answer to
 * an end was lost, until a read shows the state.
 */
export class SessionClient {
  /** The current refresh token; the earlier refresh tokens of this login, oldest first; access tokens of the session. */
  token;
  used = [];
  access = [];
  alive = new Set([false]);
  session;
  /** When the current token was first requested, and when it arrived. The service issued it in between. */
  #issued = { after: 0, before: 0 };
  /** When the current token was first sent to get the next token. */
  #sentAt;
  /** The access tokens that arrived with the current token, and when the first of them was used. From then on the current token is confirmed. */
  #fresh = new Set();
  #usedAt;
  /** The first steps, so that even the shortest run tries them. */
  #due = ['refresh', 'lengthen', 'end'];
  /** How often the previous token was repeated. */
  #repetitions = 0;

  /** `isBound`: whether its sessions are bound to a key, which only this client has. */
  constructor(world, graveyard, user, { clientId, isBound = false }) {
    Object.assign(this, { world, graveyard, user, clientId, isBound });
    this.random = world.random.fork(clientId);
    this.history = world.history(clientId);
    this.ends = new SessionEnds(this);
    this.edits = new SessionEdits(this);
  }

  async step() {
    if (!this.isAlive) return this.login();
    const act =
      this.#due.shift() ??
      this.random.weighted({
        refresh: 40,
        read: 15,
        hangUp: 10,
        twoTabs: 10,
        askAgain: 8,
        login: 4,
        end: 8,
        replay: 5,
        lengthen: 3,
      });
    if (act === 'lengthen') return this.edits.lengthen();
    return act === 'end' || act === 'replay' ? this.ends[act]() : this[act]();
  }

  /** Finds out the state of the session. */
  async settle() {
    if (this.alive.size > 1) await this.ends.find();
  }

  /** A living session must work in every way. An ended session has nothing to check here. */
  async verify() {
    if (!this.isAlive) return;
    for (const token of this.access) await this.#mustBeAlive(token);
    await this.refresh();
  }

  get isAlive() {
    return this.alive.has(true);
  }

  violate(rule, what) {
    this.world.report.violate(rule, `${this.clientId}: ${what}`, this.history);
  }

  ask(request) {
    return this.world.ask(this.history, { ...request, headers: { client_id: this.clientId, ...request.headers } });
  }

  redeem(token, options = {}) {
    if (token === this.token) this.#sentAt ??= performance.now();
    const form = { grant_type: 'refresh_token', refresh_token: token };
    return this.ask({ method: 'POST', path: TOKEN, form, key: this.key, ...options });
  }

  /** Signs in until the service answers. A login continues a living session, and never revives an ended session. */
  async login() {
    const { email: username, password } = this.user;
    const form = { grant_type: 'password', username, password };
    if (this.isBound) this.key ??= await ProvingKey.make(this.world.issuer);
    this.#sentAt = performance.now();
    const signIn = () => this.ask({ method: 'POST', path: TOKEN, form, key: this.key });
    let answer = await signIn();
    // A sign-in without an answer must finish before the next sign-in starts.
    while (isUnknown(answer)) answer = await pause(LOST_LOGIN_MS).then(signIn);
    if (answer.status !== 200) return this.violate('the right password signs in', answer.text);
    const { session } = readRefreshToken(answer.body.refresh_token);
    const wasAlive = this.alive;
    if (!wasAlive.has(false) && session !== this.session) this.violate('no session is lost', `${this.session} is gone`);
    if (!wasAlive.has(true) && session === this.session)
      this.violate('an ended session never comes back', `session ${session} lives again`);
    if (session !== this.session) this.bury();
    for (const token of [...this.used, this.token]) if (token) this.graveyard.bury('refresh', token, this);
    this.used = [];
    this.session = session;
    this.alive = new Set([true]);
    this.#accept(answer.body);
    this.world.report.count('logins');
  }

  /**
   * Refreshes until the service answers. With `abandonAfterMs` the client disconnects from the first request. The answer must be good even
   * if it comes late: nobody can have used a token whose answer was lost.
   */
  async refresh({ abandonAfterMs } = {}) {
    let answer = await this.redeem(this.token, { abandonAfterMs });
    while (isUnknown(answer)) answer = await this.redeem(this.token);
    if (answer.status === 200) return this.rotate(answer.body);
    this.violate('no session of a well-behaved client is lost', `${answer.status} ${answer.text}`);
    return this.#startAnew();
  }

  /** The client believes that the session has ended, and signs in again. The state of the old session is unknown. */
  #startAnew() {
    this.alive = new Set([true, false]);
    return this.login();
  }

  /** Disconnects while the answer is under way or slow, and retries. */
  hangUp() {
    return this.refresh({ abandonAfterMs: this.random.chance(0.7) ? this.random.between(0, 12) : 300 });
  }

  /** Two concurrent requests with one token: both get the same new token. */
  async twoTabs() {
    const token = this.token;
    const answers = await Promise.all([this.redeem(token), this.redeem(token)]);
    const issued = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refresh_token));
    if (issued.size > 1) this.violate('no token works twice', 'two concurrent requests got different refresh tokens');
    const refused = answers.find((answer) => answer.status !== 200 && !isUnknown(answer));
    if (refused) {
      this.violate('two tabs may refresh concurrently', refused.text);
      return this.#startAnew();
    }
    const answer = answers.find(({ status }) => status === 200);
    return answer ? this.rotate(answer.body) : this.refresh();
  }

  /**
   * The previous token gets the current token again within the retry window, and after that as long as the current token is unconfirmed.
   */
  async askAgain() {
    const previous = this.used.at(-1);
    const mayAsk = () => this.#isInWindow || this.#usedAt === undefined;
    if (!previous || !mayAsk() || this.#repetitions >= REPETITIONS) return this.refresh();
    if (this.isWindowOver) this.world.report.count('late_retries');
    const answer = await this.redeem(previous);
    if (isUnknown(answer)) return undefined;
    this.#repetitions++;
    if (answer.status === 200 && answer.body.refresh_token === this.token) return this.#keep(answer.body.access_token);
    if (answer.status === 200) return this.violate('no token works twice', 'a retry got another refresh token');
    if (mayAsk()) this.violate('a lost answer can be repeated', answer.text);
    return this.#startAnew();
  }

  /** Whether a retry with the previous token is still in time, whatever else happened. */
  get #isInWindow() {
    const isYoung = performance.now() - this.#issued.after < this.world.window * 1000 - MARGIN_MS;
    return isYoung && this.#issued.after > this.world.clockLeaptAt;
  }

  /** Whether the retry window of the previous token has certainly ended. */
  get isWindowOver() {
    return performance.now() - this.#issued.before > this.world.window * 1000 + MARGIN_MS;
  }

  /** Uses the newest access token. */
  confirm() {
    return this.#mustBeAlive(this.access.at(-1));
  }

  /** Uses a random access token of the session, perhaps an old token. */
  read() {
    return this.#mustBeAlive(this.random.pick(this.access));
  }

  /** A request with an access token. */
  use(token) {
    if (this.#fresh.has(token)) this.#usedAt ??= performance.now();
    return this.ask({ path: ROUTE, access: token, key: this.key });
  }

  /** Stores the tokens of an answered refresh. */
  rotate(body) {
    const before = readRefreshToken(this.token);
    const after = readRefreshToken(body.refresh_token);
    if (after.session !== before.session || after.generation !== before.generation + 1)
      this.violate('a family never forks', `generation ${before.generation} was followed by ${after.generation}`);
    this.used.push(this.token);
    this.#accept(body);
    this.world.report.count('refreshes');
  }

  /** The session has ended: all its access tokens are dead. */
  bury() {
    for (const token of this.access) this.graveyard.bury('access', token, this);
    this.access = [];
  }

  #accept({ refresh_token: token, access_token: access }) {
    this.token = token;
    const now = performance.now();
    this.#issued = { after: this.#sentAt ?? now, before: now };
    this.#sentAt = undefined;
    this.#fresh.clear();
    this.#usedAt = undefined;
    this.#repetitions = 0;
    this.#keep(access);
  }

  #keep(access) {
    const { sid, cnf } = readAccessToken(access);
    if (Boolean(cnf) !== this.isBound) this.violate('a session is bound to the key of its client', `cnf: ${cnf?.jkt}`);
    if (sid !== this.session) this.violate('an access token is of its session', `${sid} is not ${this.session}`);
    this.access.push(access);
    this.#fresh.add(access);
    if (this.access.length > ACCESS_TOKENS_KEPT) this.access.splice(this.random.between(0, ACCESS_TOKENS_KEPT - 1), 1);
  }

  async #mustBeAlive(token) {
    const answer = await this.use(token);
    if (!isUnknown(answer) && answer.status !== 200)
      this.violate('an access token lives as long as its session', `${answer.status} ${answer.text}`);
  }
}
