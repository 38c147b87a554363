import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { readRefreshToken } from './tokens.mjs';
import { isUnknown } from './world.mjs';

const TOKEN = '/api/token';
const ROUTE = '/api/sys/refreshtokens?size=1';
/** How many sign-ins it remembers. */
const KEPT = 6;
/** How long a sign-in may continue after its client has lost the connection. */
const LOST_LOGIN_MS = 500;

/** A client of one user whose sessions are ended by cutoffs. It knows for each answer whether the session must be dead, must live, or may be either. */
export class CutoffClient {
  /** Each with its session, tokens, and the times at which it was sent and answered; the newest last. */
  #signIns = [];

  /** `who`: the user and the name of the client. */
  constructor(world, graveyard, cutter, who) {
    Object.assign(this, { world, graveyard, cutter, who });
    this.clientId = who.client;
    const name = `${who.client} of ${who.user.email}`;
    this.random = world.random.fork(name);
    this.history = world.history(name);
  }

  async step() {
    const newest = this.#signIns.at(-1);
    if (!newest || newest.isDead) return this.#signIn();
    const act = this.random.weighted({ refresh: 5, use: 6, signIn: 2 });
    if (act === 'refresh') return this.#refresh(newest);
    return act === 'use' ? this.#use(this.random.pick(this.#signIns)) : this.#signIn();
  }

  async settle() {
    // `verify` uses everything again.
  }

  async verify() {
    for (const signIn of this.#signIns) await this.#use(signIn);
    const newest = this.#signIns.at(-1);
    if (newest && !newest.isDead) await this.#refresh(newest);
  }

  async #signIn() {
    const { email: username, password } = this.who.user;
    const sentAt = performance.now();
    const { answer, answeredAt } = await this.#ask({
      path: TOKEN,
      form: { grant_type: 'password', username, password },
    });
    if (answer.status !== 200) return this.#violate('the right password signs in', answer.text);
    const { refresh_token: token, access_token: access } = answer.body;
    const { session } = readRefreshToken(token);
    const earlier = this.#signIns.find((each) => each.session === session);
    const signIn = { session, token, access, sentAt, answeredAt };
    if (earlier && (earlier.isDead || this.cutter.hasEnded(this.who, earlier, signIn)))
      this.#violate('an ended session never comes back', `session ${session} lives again`);
    this.#signIns.push(signIn);
    if (this.#signIns.length > KEPT) this.#signIns.shift();
    this.world.report.count('logins');
  }

  async #refresh(signIn) {
    const sentAt = performance.now();
    const form = { grant_type: 'refresh_token', refresh_token: signIn.token };
    const { answer, answeredAt } = await this.#ask({ path: TOKEN, form });
    this.#judge(signIn, answer, { sentAt, answeredAt });
    if (answer.status !== 200) return;
    signIn.token = answer.body.refresh_token;
    signIn.access = answer.body.access_token;
    this.world.report.count('refreshes');
  }

  async #use(signIn) {
    const sentAt = performance.now();
    const headers = { authorization: `Bearer ${signIn.access}` };
    const { answer, answeredAt } = await this.#ask({ method: 'GET', path: ROUTE, headers });
    this.#judge(signIn, answer, { sentAt, answeredAt });
  }

  #judge(signIn, answer, request) {
    const isAlive = answer.status === 200;
    const isDead = answer.status === 401 || answer.body?.error === 'invalid_grant';
    if (!isAlive && !isDead) return this.#violate('a token lives or is dead', `${answer.status} ${answer.text}`);
    if (isAlive && (signIn.isDead || this.cutter.hasEnded(this.who, signIn, request)))
      this.#violate('a cutoff ends what began before it', `session ${signIn.session} lives`);
    if (isDead && !signIn.isDead && this.#mustLive(signIn, request))
      this.#violate('a cutoff spares what began after it', `session ${signIn.session} is dead`);
    if (isDead && !signIn.isDead) this.#bury(signIn);
  }

  /** The session of a sign-in goes on with the newest sign-in, unless a cutoff came between. */
  #mustLive(signIn, request) {
    return signIn.session === this.#signIns.at(-1).session && this.cutter.hasSpared(this.who, signIn, request);
  }

  #bury(signIn) {
    signIn.isDead = true;
    this.graveyard.bury('access', signIn.access, this);
    this.graveyard.bury('refresh', signIn.token, this);
    this.world.report.count('ends');
  }

  /** Repeats a request until it is answered. */
  async #ask({ method = 'POST', headers, ...request }) {
    const send = () =>
      this.world.ask(this.history, { method, headers: { client_id: this.clientId, ...headers }, ...request });
    let answer = await send();
    while (isUnknown(answer)) {
      await pause(LOST_LOGIN_MS);
      answer = await send();
    }
    return { answer, answeredAt: performance.now() };
  }

  #violate(rule, what) {
    this.world.report.violate(rule, what, this.history);
  }
}
