import { databaseBusy, isStatementRefused } from './database-failures.js';

/** Batches that run concurrently, when one takes long. */
const MOST_BATCHES = 4;
/** Requests in one batch. */
const MOST_REQUESTS = 100;
/** If a batch takes longer than this, the next batch starts beside it. */
const LONG_MS = 25;
/** How long a request waits to be sent: as long as for a connection when all are in use. */
const PATIENCE_MS = 5_000;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** Until when it waits to be sent, in milliseconds by `performance.now()`. */
  readonly until: number;
}

/**
 * Joins concurrent requests to the database into batches. The requests of one turn of the event loop are sent together. Requests that come
 * while a batch runs wait for the next batch. So an answer is never older than its request, and many requests cost what a few do.
 */
export class Batched<Request, Answer> {
  private readonly waiting: Waiting<Request, Answer>[] = [];
  private running = 0;
  private lastBegan = 0;
  private soon: NodeJS.Immediate | undefined;
  private later: NodeJS.Timeout | undefined;

  /** `send` answers the requests in their order. */
  constructor(private readonly send: (requests: readonly Request[]) => Promise<readonly Answer[]>) {}

  /**
   * The answer to a request. If the database refuses a batch because of one request, the other requests are answered.
   * @throws AppError 503 when the request was not sent within five seconds, and what sending throws
   */
  get(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject, until: performance.now() + PATIENCE_MS });
      this.sendSoon();
    });
  }

  /** At the end of this turn of the event loop, so that all requests of the turn share a batch. */
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
      void this.answer(this.waiting.splice(0, MOST_REQUESTS)).finally(() => {
        this.running--;
        this.sendSoon();
      });
    }
    if (this.waiting.length === 0) return;
    this.later ??= setTimeout(() => {
      this.later = undefined;
      this.sendNext();
    }, LONG_MS);
  }

  private async answer(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.send(batch.map(({ request }) => request));
      batch.forEach(({ resolve }, n) => {
        resolve(answers[n] as Answer);
      });
    } catch (error) {
      const mayBeOfOne = batch.length > 1 && isStatementRefused(error);
      if (mayBeOfOne) await Promise.all(batch.map((one) => this.answer([one])));
      else for (const { reject } of batch) reject(error);
    }
  }
}
