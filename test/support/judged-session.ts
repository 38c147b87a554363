import { arrived, hangUp, type HangUp } from './hang-up.js';
import type { Answer } from './client.js';
import type { Service } from './service.js';
import {
  events,
  isAlive,
  keepSecret,
  login,
  seconds,
  sessionOf,
  the,
  TOKEN,
  tokensOf,
  type Tokens,
} from './sessions.js';

/** Seconds: the retry window of the services in these tests. */
export const RETRY_WINDOW = 1;
/** Ages that are certainly outside or inside the window. Between the two the model accepts either answer. */
const SURELY_OVER = 2.5;
const SURELY_OPEN = 0.6;
/** Seconds after which the service has certainly stored that an access token was used. */
const CONFIRMED_AFTER = 1;
/** Milliseconds for which a stalled process stops, and by which its judgement of earlier requests may be wrong. */
const STALL_MS = 600;
const UNSURE_BEFORE_STALL_MS = 1_000;
/** On a busy machine a process may stall and lose the order of requests. It may excuse this many replays of a session. */
const EXCUSES = 2;
const JUDGED_WITHIN_MS = 10_000;

/** The fate of a token: it gets the next token or the current token again, is refused without or with an end of the session, or any of these. */
type Fate = 'next' | 'again' | 'refused' | 'replayed' | 'unsure';

/**
 * A session, its owners and its thieves, and a model of the fate of each refresh token: the table of docs/reliability.md, "A stale
 * token". Ages count generations back from the current token, which has age 0. Every step presents tokens to the real service
 * over HTTP, and fails when the answer or the session's life afterwards differs from the table.
 */
export class JudgedSession {
  private readonly tokens: Tokens[] = [];
  /** When each token was requested and when it arrived, by `performance.now()`. In between, the previous token was superseded. */
  private readonly issued: { readonly from: number; readonly until: number }[] = [];
  private usedAt: number | undefined;
  private repetitions = 0;
  private excuses = 0;
  isAlive = true;

  private constructor(
    private readonly services: readonly Service[],
    private readonly clientId: string,
  ) {}

  static async begin(services: readonly Service[], clientId: string): Promise<JudgedSession> {
    const session = new JudgedSession(services, clientId);
    const from = performance.now();
    session.add(await login(the(services[0]), 'all', clientId), from);
    return session;
  }

  /** Presents the token of this age and waits for the answer. `from`: when the token was first presented. */
  async present(age: number, at: number, from = performance.now()): Promise<void> {
    const token = this.at(age);
    const fate = this.fateOf(token, performance.now());
    await this.settle(await this.send(token, this.service(at)), { token, fate, from });
  }

  /** Presents a token and disconnects as soon as the request is sent. The service judges a replay, and ignores any other token. */
  async hangUp(age: number, at: number, how: HangUp): Promise<void> {
    const token = this.at(age);
    const from = performance.now();
    const fate = this.fateOf(token, from);
    if (fate === 'unsure') return;
    const service = this.service(at);
    const said = { path: TOKEN, form: formOf(this.refreshOf(token)), headers: { client_id: this.clientId } };
    await hangUp(service.url, said, how);
    await arrived(service.url);
    // The service may have redeemed the token if the disconnect arrived too late. The next refresh with the token succeeds in either case.
    if (fate === 'replayed') await this.mustEnd({ isDropped: true });
    else await this.present(0, at, from);
  }

  /** Presents tokens concurrently. A token that was superseded long ago ends the session, whatever the others do. */
  async race(ages: readonly number[]): Promise<void> {
    const tokens = ages.map((age) => this.at(age));
    const sentAt = performance.now();
    const fates = tokens.map((token) => this.fateOf(token, sentAt));
    const answers = await Promise.all(tokens.map((token, n) => this.send(token, this.service(n))));
    const got = answers.map((answer, n) => this.learn(answer, the(tokens[n]), the(fates[n]), sentAt));
    const lives = await this.lives();
    if (fates.includes('replayed')) await this.mustEnd({ isDropped: false });
    else if (fates.every((fate) => fate === 'next') || fates.every((fate) => fate === 'again')) {
      expect([lives, got]).toEqual([true, got.map(() => true)]);
    } else {
      // A previous token is two generations old when the current token was redeemed first.
      if (!this.isAlive || got.every(Boolean)) expect(lives).toBe(this.isAlive);
      this.isAlive = lives;
    }
  }

  /** Uses the newest access token: the current refresh token is confirmed from then on. */
  async use(at: number): Promise<void> {
    expect(await isAlive(this.service(at), the(this.tokens.at(-1)))).toBe(this.isAlive);
    this.usedAt ??= performance.now();
  }

  /** Waits until the retry window has ended. Repeats a confirmation, since a locked row may have prevented the first. */
  async wait(): Promise<void> {
    await seconds(0.2);
    if (this.usedAt !== undefined) await this.use(0);
    await seconds(SURELY_OVER);
  }

  /**
   * Stalls a process and sends a token to it. Meanwhile the owner refreshes at another process, if there is one, this many times. With
   * `gone` the client has disconnected when the process continues: then the service drops the request.
   */
  async stall(age: number, refreshes: number, isGone: boolean): Promise<void> {
    const [stalled, other] = [this.service(0), this.services[1]];
    const token = this.at(age);
    const stalledAt = performance.now();
    stalled.signal('SIGSTOP');
    const gone = new AbortController();
    const answering = this.send(token, stalled, gone.signal).catch(() => undefined);
    try {
      await seconds(0.1);
      for (let n = 0; n < refreshes && other && this.isAlive; n++) await this.present(0, 1);
      if (isGone) gone.abort();
      await seconds(Math.max(STALL_MS - (performance.now() - stalledAt), 0) / 1000);
    } finally {
      stalled.signal('SIGCONT');
    }
    const answer = await answering;
    if (!answer) {
      await arrived(stalled.url);
      expect(await this.lives()).toBe(this.isAlive);
      return;
    }
    await this.settle(answer, { token, fate: this.fateOf(token, stalledAt, stalledAt), from: stalledAt });
  }

  /**
   * The verdict of the table on a token that was sent at this time. `stalledAt`: when the process that reads the request was stopped. From
   * then on the process cannot distinguish what came before from what came shortly after.
   */
  private fateOf(token: number, sentAt: number, stalledAt = Infinity): Fate {
    if (!this.isAlive) return 'refused';
    const age = this.tokens.length - 1 - token;
    if (age === 0) return 'next';
    const superseded = the(this.issued[token + 1]);
    if (age === 1) return this.fateOfPrevious(sentAt, superseded);
    if (superseded.from > stalledAt) return 'refused';
    return superseded.until > stalledAt - UNSURE_BEFORE_STALL_MS ? 'unsure' : 'replayed';
  }

  private fateOfPrevious(sentAt: number, superseded: { from: number; until: number }): Fate {
    if (this.usedAt === undefined || (sentAt - superseded.from) / 1000 < SURELY_OPEN) return 'again';
    const isConfirmed = (sentAt - this.usedAt) / 1000 > CONFIRMED_AFTER;
    return isConfirmed && (sentAt - superseded.until) / 1000 > SURELY_OVER ? 'replayed' : 'unsure';
  }

  private async settle(
    answer: Answer,
    { token, fate, from }: { token: number; fate: Fate; from: number },
  ): Promise<void> {
    const isGood = this.learn(answer, token, fate, from);
    if (fate === 'replayed') return this.mustEnd({ isDropped: false });
    const lives = await this.lives();
    if (fate === 'unsure') this.isAlive = lives;
    else expect([isGood, lives]).toEqual([fate !== 'refused', this.isAlive]);
  }

  /** Whether a token was issued. An issued token must be the right token. */
  private learn(answer: Answer, token: number, fate: Fate, from: number): boolean {
    if (answer.status !== 200) {
      expect([answer.status, answer.body?.error]).toEqual([400, 'invalid_grant']);
      return false;
    }
    expect(['next', 'again', 'unsure']).toContain(fate);
    const got = tokensOf(answer);
    keepSecret(got.refresh, ...got.access.split('.').slice(1));
    if (this.tokens.length === token + 1) this.add(got, from);
    else {
      // The family never forks.
      expect(got.refresh).toBe(this.refreshOf(token + 1));
      this.repetitions++;
    }
    return true;
  }

  /**
   * A replay was answered, or its client disconnected. Either the session has ended, with one event. Or a stalled process excused the replay,
   * with an event, unless the service dropped the request because its client had disconnected.
   */
  private async mustEnd({ isDropped }: { isDropped: boolean }): Promise<void> {
    const deadline = performance.now() + (isDropped ? JUDGED_WITHIN_MS : 0);
    let lives = await this.lives();
    while (lives && performance.now() < deadline) lives = await this.lives();
    this.isAlive = lives;
    const first = the(this.services[0]);
    if (lives) {
      const excused = await events(first, { SessionId: this.id, Reason: 'superseded-in-flight' });
      expect(isDropped ? Infinity : excused.length).toBeGreaterThan(this.excuses++);
      expect(this.excuses).toBeLessThanOrEqual(EXCUSES);
    } else {
      const ends = await events(first, { SessionId: this.id, Kind: 'session-ended' });
      expect(ends.map(({ Reason }) => Reason)).toEqual(['replayed']);
    }
  }

  /** Uses the access token of the sign-in, which confirms no later refresh token. */
  private lives(): Promise<boolean> {
    return isAlive(the(this.services.at(-1)), the(this.tokens[0]));
  }

  private send(token: number, service: Service, signal?: AbortSignal): Promise<Answer> {
    const headers = { client_id: this.clientId, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(formOf(this.refreshOf(token))).toString();
    return service.client().send('POST', TOKEN, { headers, body, signal });
  }

  private add(tokens: Tokens, from: number): void {
    this.tokens.push(tokens);
    this.issued.push({ from, until: performance.now() });
    this.usedAt = undefined;
    this.repetitions = 0;
  }

  /** The number of the token of this age, or of the oldest token if none is as old. A token that was repeated often is not repeated again. */
  private at(age: number): number {
    return Math.max(this.tokens.length - 1 - (age === 1 && this.repetitions > 80 ? 0 : age), 0);
  }

  private refreshOf(token: number): string {
    return the(this.tokens[token]).refresh;
  }

  private service(at: number): Service {
    return the(this.services[at % this.services.length]);
  }

  private get id(): string {
    return sessionOf(the(this.tokens[0]));
  }
}

function formOf(token: string): Record<string, string> {
  return { grant_type: 'refresh_token', refresh_token: token };
}
