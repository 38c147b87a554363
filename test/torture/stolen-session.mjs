import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { arrived, sendAndHangUp } from './raw.mjs';
import { readRefreshToken } from './tokens.mjs';
import { isUnknown } from './world.mjs';

const TOKEN = '/api/token';
const ROUTE = '/api/sys/refreshtokens?size=1';
const EVENTS = '/api/sys/audittrailentries?size=100&AuditTrailEntry_';
/** On a busy machine too, the service judges a request within this time after its client has disconnected. */
const JUDGED_AFTER_MS = 5_000;
/** How many of the newest tokens of an ended session are tried again. */
const TRIED_AGAIN = 6;
/** How many replays of a stolen session the service may excuse before a replay must end the session. */
const EXCUSES = 3;

/**
 * A session whose tokens two parties have: the user who signed in, and a thief. The harness plays both, so it knows when a refresh token
 * was certainly superseded: one of them had received a newer token before the request was sent. When a token two generations old is
 * presented then, the session must have ended when the answer arrives. From then on no token of the session may be valid.
 */
export class StolenSession {
  /** By generation: the refresh tokens that either party received. */
  #received = new Map();
  #access = [];
  /** When the answer arrived that ended the session. */
  #endedAt;
  /** When the requests were sent that got a token, until it is known whether the session had ended by then. */
  #gains = [];
  #excuses = 0;
  /** Whether the service broke a promise about this session. One report about that is enough. */
  isBroken = false;

  constructor(world, graveyard, history, clientId) {
    Object.assign(this, { world, graveyard, history, clientId });
  }

  /** Signs the user in. */
  async begin({ email: username, password }, headers = {}) {
    const form = { grant_type: 'password', username, password };
    const answer = await this.#askUntilAnswered({ method: 'POST', path: TOKEN, form, headers });
    if (answer.status !== 200) throw new Error(`A victim could not sign in: ${answer.status} ${answer.text}`);
    this.id = readRefreshToken(answer.body.refresh_token).session;
    this.#learn(answer.body);
    return this;
  }

  get hasEnded() {
    return this.#endedAt !== undefined;
  }

  /** Whether this session is finished: it has ended, or the service broke a promise. */
  get isOver() {
    return this.hasEnded || this.isBroken;
  }

  /** The newest generation that either party has received. */
  get newest() {
    return Math.max(...this.#received.keys());
  }

  /** How old a generation is, counted from the newest. */
  ageOf(generation) {
    return this.newest - generation;
  }

  tokenOf(generation) {
    return this.#received.get(generation);
  }

  /**
   * Presents the refresh token of a generation and judges the answer.
   * @param headers the headers of the party, such as its address
   * @param isReplay whether the token is certainly a replay; a token of the previous generation may be a retry
   * @returns the answer
   */
  async present(generation, headers = {}, isReplay = this.#isReplay(generation)) {
    const sentAt = performance.now();
    const requestId = randomUUID();
    if (isReplay && !this.hasEnded) this.world.report.count('replays');
    const form = { grant_type: 'refresh_token', refresh_token: this.tokenOf(generation) };
    const request = { method: 'POST', path: TOKEN, form, headers: { ...headers, 'x-request-id': requestId } };
    const answer = await this.#ask(request);
    if (answer.status === 200) this.#gain(answer.body, sentAt, isReplay);
    else if (!isUnknown(answer) && answer.body?.error !== 'invalid_grant')
      this.violate('a refresh token is redeemed or refused', `${answer.status} ${answer.text}`);
    else if (isReplay && !isUnknown(answer)) await this.#mustHaveEnded(requestId, performance.now());
    return answer;
  }

  /** Presents the newest token, as an honest client does: the token must be redeemed, or the answer was lost. */
  async mustGoOn(headers) {
    const expected = this.newest + 1;
    let answer;
    do answer = await this.present(expected - 1, headers);
    while (isUnknown(answer));
    if (answer.status !== 200 || this.newest !== expected)
      this.violate('no session is lost without a replay', `${answer.status} ${answer.text}`);
    return answer.status === 200;
  }

  /**
   * Presents the token of a generation and disconnects: closes one direction of the connection, or both. The service must still judge a
   * stale token.
   */
  async presentAndHangUp(generation, headers, how) {
    const isReplay = this.#isReplay(generation);
    if (isReplay) this.world.report.count('replays');
    const requestId = randomUUID();
    const all = { client_id: this.clientId, 'x-request-id': requestId, ...headers };
    const form = { grant_type: 'refresh_token', refresh_token: this.tokenOf(generation) };
    const url = this.world.random.pick(this.world.urls);
    this.history.note(`hangs up (${how}) on generation ${generation} of ${this.newest}`);
    this.world.report.count('requests');
    this.world.report.count('hang_ups');
    const answer = await sendAndHangUp(url, { path: TOKEN, form, headers: all }, how);
    // The client's disconnect may arrive after its token has been redeemed.
    if (answer.status === 200) this.world.report.count('hang_ups_answered');
    if (!isReplay) return arrived(url);
    const deadline = performance.now() + JUDGED_AFTER_MS;
    const isJudged = async () => (await this.#isDead()) || (await this.#reasonOf(requestId)) !== undefined;
    while (!(await isJudged()) && performance.now() < deadline) await pause(20);
    return this.#mustHaveEnded(requestId, performance.now(), true);
  }

  /** Uses the newest access token: from then on the service knows that the answer with the newest refresh token arrived. */
  async confirm() {
    const access = this.#access.at(-1);
    const answer = await this.#askUntilAnswered({ path: ROUTE, headers: { authorization: `Bearer ${access}` } });
    if (answer.status !== 200) this.violate('an access token lives as long as its session', `${answer.status}`);
  }

  /** The session has ended: none of its tokens may be valid, and the trail has one event of the end. */
  async bury() {
    const generations = [...this.#received.keys()].sort((a, b) => a - b);
    for (const generation of generations.slice(-TRIED_AGAIN)) await this.present(generation);
    for (const access of this.#access.slice(-TRIED_AGAIN)) {
      const answer = await this.#use(access);
      if (!isUnknown(answer) && answer.status !== 401) this.#violateEnd(`its access token got ${answer.status}`);
    }
    for (const token of this.#received.values()) this.graveyard.bury('refresh', token, this);
    for (const access of this.#access) this.graveyard.bury('access', access, this);
    this.graveyard.enter(this.id);
  }

  /** The events of this session of one kind, oldest first. */
  async events(kind) {
    const headers = { authorization: this.world.admin };
    const path = `${EVENTS}SessionId=${this.id}&AuditTrailEntry_Kind=${kind}`;
    return (await this.#askUntilAnswered({ path, headers })).body.Records;
  }

  violate(rule, what) {
    if (this.isBroken) return;
    this.isBroken = true;
    this.world.report.violate(rule, `${this.clientId}, session ${this.id}: ${what}`, this.history);
  }

  /** Whether a request sent now with a token of this generation is certainly a replay: a newer token has been received. */
  #isReplay(generation) {
    return this.ageOf(generation) >= 2;
  }

  #gain(body, sentAt, isReplay) {
    if (isReplay) this.violate('no token works twice', 'a replayed token was redeemed');
    if (this.hasEnded && sentAt > this.#endedAt) return this.#countGain(sentAt);
    this.#gains.push(sentAt);
    return this.#learn(body);
  }

  #learn({ refresh_token: token, access_token: access }) {
    const { session, generation } = readRefreshToken(token);
    if (session !== this.id) this.violate('a token is of its session', `${session} is not ${this.id}`);
    const known = this.#received.get(generation);
    if (known && known !== token) this.violate('a family never forks', `generation ${generation} has two tokens`);
    if (!known) this.#received.set(generation, token);
    this.#access.push(access);
  }

  /**
   * A replay was answered: the session has ended, or the service excused the replay and the trail says so. A request that was read late,
   * after its client had disconnected, is dropped and leaves no event.
   */
  async #mustHaveEnded(requestId, answeredAt, hasHungUp = false) {
    const { report } = this.world;
    if (this.isOver) return;
    if (await this.#isDead()) {
      if (this.hasEnded) return;
      this.#endedAt = answeredAt;
      report.count('thefts_found_out');
      if (this.#excuses === 0) report.count('found_out_at_first_replay');
      for (const sentAt of this.#gains.splice(0)) if (sentAt > answeredAt) this.#countGain(sentAt);
      return;
    }
    this.#excuses++;
    const isExcused = (await this.#reasonOf(requestId)) !== undefined;
    if (!isExcused && hasHungUp) return report.count('hang_ups_dropped');
    if (!isExcused || this.#excuses > EXCUSES)
      return this.violate('a replay ends the session', `replay ${this.#excuses} ended nothing`);
    report.count('replays_excused');
  }

  /** Why the service excused a request, or undefined when no event says so. */
  async #reasonOf(requestId) {
    const headers = { authorization: this.world.admin };
    const path = `${EVENTS}RequestId=${requestId}`;
    const { body } = await this.#askUntilAnswered({ path, headers });
    return body.Records.find(({ Reason }) => Reason === 'superseded-in-flight')?.Reason;
  }

  #countGain(sentAt) {
    this.world.report.count('gained_after_replay');
    this.#violateEnd(`a refresh sent ${Math.round(sentAt - this.#endedAt)} ms after the replay's answer got a token`);
  }

  #violateEnd(what) {
    this.violate('an ended session never answers', what);
  }

  async #isDead() {
    let answer;
    do answer = await this.#use(this.#access.at(-1));
    while (isUnknown(answer));
    return answer.status === 401;
  }

  #use(access) {
    return this.#ask({ path: ROUTE, headers: { authorization: `Bearer ${access}` } });
  }

  #ask(request) {
    return this.world.ask(this.history, { ...request, headers: { client_id: this.clientId, ...request.headers } });
  }

  #askUntilAnswered(request) {
    const headers = { client_id: this.clientId, ...request.headers };
    return this.world.askUntilAnswered(this.history, { ...request, headers });
  }
}
