import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { createHash } from 'node:crypto';
import { USERS } from '../support/fixtures.mjs';
import { basic, HttpClient } from './http.mjs';
import { History } from './report.mjs';

/** How long a client waits before a retry. By then the service has finished with a request that was cut off. */
const RETRY_AFTER_MS = 200;
const PATIENCE_WHEN_FROZEN_MS = 250;
/** By then the log line of an answer has arrived. */
const LOGGED_AFTER_MS = 100;
/** After the faults, all requests under way must finish within this time. */
const SETTLE_MS = 90_000;

/**
 * The service under torture, as its clients see it: its addresses, its settings, its clients. Every request goes through `ask`, which
 * records the request and reports results that are never allowed.
 */
export class World {
  admin = basic(USERS[0]);
  http = new HttpClient();
  /** Whether the scenario makes the database fail. Only then may the service answer 503. */
  mayBeUnavailable = false;
  /** The most requests a second of all clients together; undefined means no limit. */
  rate;
  isOver = false;
  /** The index of the frozen replica. */
  frozen;
  /** When the clock of the database moved forward by hours, by `performance.now()`. Everything before counts as hours ago. */
  clockLeaptAt = 0;
  #gate;
  /** When the next request may be sent, if there is a rate; by `performance.now()`. */
  #nextTurn = 0;
  #busy = 0;
  #isVerifying = false;
  #onWrite;
  #lastAnswer = performance.now();
  #actors = [];
  /** A fault of the harness itself. */
  #fault;

  /** `service`: its replicas. `window`: its retry window in seconds. `urls`: its addresses. */
  constructor({ report, random, service, urls, window }) {
    Object.assign(this, { report, random, service, urls, window });
  }

  /** The public URL of the service, which every proof of possession names. */
  get issuer() {
    return this.service[0].environment.PUBLIC_URL;
  }

  history(name) {
    return new History(name);
  }

  /**
   * Sends a request to one of the replicas and returns its answer; see `HttpClient`. `access` is an access token,
   * and `key` the key that the token, or the session, is bound to. During the last checks the request is repeated until it is answered.
   */
  async ask(history, request) {
    const deadline = performance.now() + SETTLE_MS;
    let answer = await this.#askOnce(history, request);
    while (this.#isVerifying && isUnknown(answer)) {
      if (performance.now() > deadline)
        throw new Error(`The service does not work again after the faults: ${answer.status} ${answer.text}`);
      answer = await this.#askOnce(history, request);
    }
    return answer;
  }

  /** Repeats a request until it is answered. Only for requests that may be repeated. */
  async askUntilAnswered(history, request) {
    let answer;
    do answer = await this.ask(history, request);
    while (isUnknown(answer));
    return answer;
  }

  async #askOnce(history, request) {
    await this.#turn();
    const at = this.random.between(0, this.urls.length - 1);
    const answer = await this.http.send(this.urls[at], this.#hurry(at, await authorized(request)));
    this.report.count('requests');
    history.note(`${this.urls.length > 1 ? `#${at} ` : ''}${summary(request)} -> ${outcome(answer)}`);
    if (answer.status === 0) {
      this.report.count('unanswered');
      if (answer.reason === 'TIMEOUT') this.report.violate('no request hangs', summary(request), history);
      await pause(RETRY_AFTER_MS);
    } else if (answer.status === 503) {
      this.report.count('unavailable');
      await pause(RETRY_AFTER_MS);
      // The service also answers 503 to a crowd of sign-ins, whatever the state of the database.
      const isCrowd = answer.text.includes('Too many sign-ins');
      if (!this.mayBeUnavailable && !isCrowd)
        this.report.violate('no 503 while the database is there', answer.text, history);
    } else {
      this.#answered(request, answer);
    }
    if (answer.status >= 500 && answer.status !== 503) await this.#blame(answer, history);
    return answer;
  }

  async #turn() {
    if (!this.rate) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextTurn);
    this.#nextTurn = at + 1_000 / this.rate;
    if (at > now) await pause(at - now);
  }

  /** Clients do not wait for a frozen replica when they refresh: they retry elsewhere. The first request is still under way. */
  #hurry(at, request) {
    const isImpatient = at === this.frozen && request.form?.grant_type === 'refresh_token';
    return isImpatient ? { ...request, abandonAfterMs: PATIENCE_WHEN_FROZEN_MS } : request;
  }

  /** Lets an actor do its steps, one after the other, until the world ends. Then the actor finds out what it does not know yet. */
  join(actor) {
    const live = async () => {
      while (!this.isOver) {
        await this.#gate;
        if (this.isOver) break;
        this.#busy++;
        await actor.step().finally(() => this.#busy--);
      }
      await actor.settle();
    };
    this.#actors.push({ actor, life: live().catch((error) => (this.#fault ??= error)) });
  }

  /** Waits until no actor is in the middle of a step, does the work, and lets the actors continue. */
  async calmly(work) {
    let open;
    this.#gate = new Promise((resolve) => (open = resolve));
    const deadline = performance.now() + SETTLE_MS;
    while (this.#busy > 0 && performance.now() < deadline) await pause(10);
    try {
      if (this.#busy > 0) throw new Error('There was no moment in which all actors paused.');
      await work();
    } finally {
      this.#gate = undefined;
      open();
    }
  }

  /** Ends the actors' lives. The faults have ended, so an actor that does not finish soon hangs. */
  async settle() {
    this.isOver = true;
    const lives = Promise.all(this.#actors.map(({ life }) => life)).then(() => true);
    const hasSettled = await Promise.race([lives, pause(SETTLE_MS, false, { ref: false })]);
    if (this.#fault) throw this.#fault;
    if (hasSettled) return;
    this.report.violate('works again after the faults', `clients got no answers for ${SETTLE_MS / 1000} s`);
  }

  /** The actors check everything they know against the service. */
  async verify() {
    this.#isVerifying = true;
    await Promise.all(this.#actors.map(({ actor }) => actor.verify()));
  }

  /** Waits for this many acknowledged writes, at most four seconds: the best moment to kill a service that acknowledges too early. */
  async nextWrites(count) {
    const deadline = performance.now() + 4_000;
    for (let n = 0; n < count; n++) {
      const left = Math.max(deadline - performance.now(), 0);
      await Promise.race([new Promise((resolve) => (this.#onWrite = resolve)), pause(left)]);
    }
  }

  /** Reports a violation, with the log lines of the service about the answer. */
  async #blame({ status, text, headers }, history) {
    await pause(LOGGED_AFTER_MS);
    const lines = this.service.flatMap(({ log }) => log.split('\n'));
    const said = lines.filter((line) => line.includes(headers['x-request-id']));
    this.report.violate('no 5xx', [`${status} ${text}`, ...said].join('\n'), history);
  }

  #answered({ method, form, json }, { status }) {
    const isWrite = method === 'DELETE' || json !== undefined || form?.grant_type === 'refresh_token';
    if (isWrite && status === 200) this.#onWrite?.();
    const now = performance.now();
    this.report.worst('longest_interruption_s', (now - this.#lastAnswer) / 1000);
    this.#lastAnswer = now;
  }
}

/** Whether an unanswered request may have been carried out. When a 503 says that nothing was written, that must be true. */
export function mayBeDone({ status, mayBeDone: perhaps, body, text }) {
  if (status === 0) return perhaps;
  return status === 503 && !(body?.Message ?? body?.error_description ?? text).includes('nothing was written');
}

/** Whether an answer leaves the result unknown: the answer was lost, the database was away, or a proxy disconnected (408). */
export function isUnknown({ status }) {
  return status === 0 || status === 503 || status === 408;
}

/** A name for a secret: a history can distinguish tokens without containing them. */
export function nameOf(secret) {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8);
}

/** The request with its access token, and with a proof of its own that its sender has the key. */
async function authorized({ key, access, ...request }) {
  const headers = { ...request.headers };
  if (access) headers.authorization = `${key ? 'DPoP' : 'Bearer'} ${access}`;
  if (key) headers.dpop = await key.proofFor({ ...request, access });
  return { ...request, headers };
}

function summary({ method = 'GET', path, form, json, headers = {}, access, label }) {
  const secret = form?.refresh_token ?? form?.token;
  const what = [form?.grant_type, secret && nameOf(secret), json?.SystemId, json?.Subject, label].filter(Boolean);
  const token = access ?? /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return `${method} ${path} ${what.join(' ')}${token ? ` by ${nameOf(token)}` : ''}`;
}

function outcome({ status, reason, mayBeDone: perhaps, body, text }) {
  if (status === 0) return `${reason}, ${perhaps ? 'perhaps done' : 'not done'}`;
  if (body?.refresh_token) return `${status} ${nameOf(body.refresh_token)} and ${nameOf(body.access_token)}`;
  return `${status} ${body?.error ?? body?.Message ?? (Array.isArray(body) ? `${body.length} records` : text.slice(0, 60))}`;
}
