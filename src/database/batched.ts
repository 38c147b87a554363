import { databaseBusy, isStatementRefused } from './database-failures.js';

/** Askings under way, for when one takes long. */
const AT_ONCE = 4;
/** Questions of one asking. */
const MOST = 100;
/** An asking that takes longer than this is not waited for: the next begins beside it. */
const LONG_MS = 25;
/** As long as for a connection, when all are in use. */
const PATIENCE_MS = 5_000;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  /** Until when it waits to be asked, in milliseconds by `performance.now()`. */
  readonly until: number;
}

/**
 * Joins questions to the database that come at once into one asking. A question alone is asked at once; while an asking is under way,
 * those that come wait for the next. So an answer is never older than its question, and a crowd costs what a few do.
 */
export class Batched<Question, Answer> {
  private readonly waiting: Waiting<Question, Answer>[] = [];
  private underWay = 0;
  private lastBegan = 0;
  private soon: NodeJS.Immediate | undefined;
  private later: NodeJS.Timeout | undefined;

  /** `ask` answers the questions in their order. */
  constructor(private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>) {}

  /**
   * The answer to a question. @throws AppError 503 when it could not be asked within five seconds, and what the asking throws; but what
   * the database refuses of one question, it refuses of no other
   */
  get(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject, until: performance.now() + PATIENCE_MS });
      if (!this.soon) this.askNext();
    });
  }

  private askNext(): void {
    const now = performance.now();
    while (this.waiting[0] && this.waiting[0].until <= now)
      this.waiting.shift()?.reject(databaseBusy('not asked in time'));
    if (this.waiting.length === 0) return;
    if (this.underWay === 0 || (this.underWay < AT_ONCE && now - this.lastBegan >= LONG_MS)) {
      this.underWay++;
      this.lastBegan = now;
      void this.answer(this.waiting.splice(0, MOST)).finally(() => {
        this.underWay--;
        // At the end of this turn of the event loop, with what else it brings: the embedded database keeps it for itself while it works.
        this.soon ??= setImmediate(() => {
          this.soon = undefined;
          this.askNext();
        });
      });
    }
    if (this.waiting.length === 0) return;
    this.later ??= setTimeout(() => {
      this.later = undefined;
      this.askNext();
    }, LONG_MS);
  }

  private async answer(those: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.ask(those.map(({ question }) => question));
      those.forEach(({ resolve }, place) => {
        resolve(answers[place] as Answer);
      });
    } catch (error) {
      const mayBeOfOne = those.length > 1 && isStatementRefused(error);
      if (mayBeOfOne) await Promise.all(those.map((one) => this.answer([one])));
      else for (const { reject } of those) reject(error);
    }
  }
}
