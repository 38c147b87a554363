import { databaseBusy, isStatementRefused } from './database-failures.js';

/** The most batches that run concurrently. More than one runs only if a batch takes long. */
const MOST_BATCHES = 4;
/** The most requests in one batch. */
const MOST_REQUESTS = 100;
/** If a batch takes longer than this, the next batch starts beside it. */
const LONG_MS = 25;
/** How long a request waits to be sent. The pool waits as long for a free connection. */
const PATIENCE_MS = 5_000;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** When the request stops waiting to be sent, in milliseconds of `performance.now()`. */
  readonly until: number;
}

/**
 * Joins concurrent requests to the database into batches. The requests of one turn of the event loop are sent together. Requests that
 * arrive while a batch runs wait for the next batch. So an answer is never older than its request, and many requests cost hardly more than
 * a few.
 */
export class Batched<Request, Answer> {
  private readonly waiting: Waiting<Request, Answer>[] = [];
  private running = 0;
  private lastBegan = 0;
  private soon: NodeJS.Immediate | undefined;
  private later: NodeJS.Timeout | undefined;

  /** @param send returns one answer for each request, in the same order */
  constructor(private readonly send: (requests: readonly Request[]) => Promise<readonly Answer[]>) {}

  /**
   * Returns the answer to a request. If the database refuses a batch because of one request, the other requests still get their answers.
   * @throws AppError 503 when the request was not sent within five seconds, and every error of sending
   */
  get(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject, until: performance.now() + PATIENCE_MS });
      this.sendSoon();
    });
  }

  /** Sends the next batch at the end of this turn of the event loop, so that all requests of the turn share the batch. */
  private sendSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined;
      this.sendNext();
    });
  }

  private sendNext(): void {
    const now = performance.now();
    while (this.waiting[0] && this.waiting[0].until <= now)
      this.waiting.shift()?.reject(databaseBusy('not sent in time'));
    if (this.waiting.length === 0) return;
    if (this.running === 0 || (this.running < MOST_BATCHES && now - this.lastBegan >= LONG_MS)) {
      this.running++;
      this.lastBegan = now;
      const batch = this.waiting.splice(0, MOST_REQUESTS);
      void this.answerAll(batch, this.sendAll(batch));
    }
    if (this.waiting.length === 0) return;
    this.later ??= setTimeout(() => {
      this.later = undefined;
      this.sendNext();
    }, LONG_MS);
  }

  /** Sends what waited meanwhile before it hands out the answers: then the database works while this process does. */
  private async answerAll(batch: readonly Waiting<Request, Answer>[], sent: Promise<readonly Answer[]>): Promise<void> {
    await sent.catch(() => undefined);
    this.running--;
    this.sendNext();
    await this.answer(batch, sent);
  }

  /** Also an error before the first wait becomes a rejection. */
  private async sendAll(batch: readonly Waiting<Request, Answer>[]): Promise<readonly Answer[]> {
    return this.send(batch.map(({ request }) => request));
  }

  private async answer(batch: readonly Waiting<Request, Answer>[], sent: Promise<readonly Answer[]>): Promise<void> {
    try {
      const answers = await sent;
      batch.forEach(({ resolve }, n) => {
        resolve(answers[n] as Answer);
      });
    } catch (error) {
      const mayBeOfOne = batch.length > 1 && isStatementRefused(error);
      if (mayBeOfOne) await Promise.all(batch.map((one) => this.answer([one], this.sendAll([one]))));
      else for (const { reject } of batch) reject(error);
    }
  }
}
