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

/** Seconds. The retry window of the services that are tested so. */
export const RETRY_WINDOW = 1;
/** What surely lies outside of the window, and inside; between the two the model accepts either answer. */
const SURELY_OVER = 2.5;
const SURELY_OPEN = 0.6;
/** The service has written down by then, in seconds, that an access token was used. */
const CONFIRMED_AFTER = 1;
/** How long a process that is to stand still does so, in milliseconds, and by how much it may misjudge what came just before. */
const STALL_MS = 600;
const UNSURE_BEFORE_STALL_MS = 1_000;
/** A busy machine may starve a process, which then cannot know what came first: it may excuse so many replays of a session. */
const EXCUSES = 2;
const JUDGED_WITHIN_MS = 10_000;

/** What a token is to get: the next token or the current one again, a refusal that ends nothing or all, or any of these. */
type Fate = 'next' | 'again' | 'refused' | 'replayed' | 'unsure';

/**
 * A session, its holders and its thieves, and a model of what becomes of each refresh token: the table of docs/reliability.md, "A stale
 * token". Ages count generations back from the current token, which has age 0. Every step presents tokens to the real service
 * over HTTP and fails when the answer, or the session's life after it, is not what the table says.
 */
export class JudgedSession {
  private readonly tokens: Tokens[] = [];
  /** When each token was asked for and when it came, by `performance.now()`: in between the one before was superseded. */
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

  /** Presents the token of this age and waits for the answer. `from`: when it was presented first. */
  async present(age: number, at: number, from = performance.now()): Promise<void> {
    const token = this.at(age);
    const fate = this.fateOf(token, performance.now());
    await this.settle(await this.send(token, this.service(at)), { token, fate, from });
  }

  /** Presents a token and hangs up as soon as the request is sent. A replay is judged; nobody else notices. */
  async hangUp(age: number, at: number, how: HangUp): Promise<void> {
    const token = this.at(age);
    const from = performance.now();
    const fate = this.fateOf(token, from);
    if (fate === 'unsure') return;
    const service = this.service(at);
    const said = { path: TOKEN, form: formOf(this.refreshOf(token)), headers: { client_id: this.clientId } };
    await hangUp(service.url, said, how);
    await arrived(service.url);
    // A token may have been redeemed for a sender whose end came too late: the next to present it goes on in either case.
    if (fate === 'replayed') await this.mustEnd({ isDropped: true });
    else await this.present(0, at, from);
  }

  /** Presents tokens concurrently. One that was superseded long ago ends the session, whatever the others do. */
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
      // A previous token is two generations old when the current one was redeemed first.
      if (!this.isAlive || got.every(Boolean)) expect(lives).toBe(this.isAlive);
      this.isAlive = lives;
    }
  }

  /** Uses the newest access token: the current refresh token is confirmed from then on. */
  async use(at: number): Promise<void> {
    expect(await isAlive(this.service(at), the(this.tokens.at(-1)))).toBe(this.isAlive);
    this.usedAt ??= performance.now();
  }

  /** Lets the retry window go by; a confirmation, which a locked row may have kept from being written, is repeated. */
  async wait(): Promise<void> {
    await seconds(0.2);
    if (this.usedAt !== undefined) await this.use(0);
    await seconds(SURELY_OVER);
  }

  /**
   * A process stands still. A token is sent to it; meanwhile its holder refreshes at another process, so many times, if there is one. With
   * `gone` the sender has hung up when the process goes on: then nobody judges the request.
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
   * What the table says of a token that was sent at this time. `stalledAt`: the process that reads it stood still from then on, so it cannot
   * tell what came before from what came shortly after.
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

  /** Whether a token was issued, which must then be the right one. */
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
   * A replay was answered, or its sender hung up: the session has ended, with one event; or a starved process excused the replay, and that is
   * an event too, unless the request of a sender who had gone was dropped unread.
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

  /** By the access token of the sign-in, which confirms no later token. */
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

  /** The number of the token of this age; the oldest one when none is as old. A token that was repeated often is not asked for again. */
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
