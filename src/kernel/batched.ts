import { databaseBusy, isDatabaseBusy, isDatabaseUnreachable } from './database-failures.js';

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
  patience?: NodeJS.Timeout;
}

/**
 * Joins questions to the database that come at once into one asking. A question alone is asked at once; while an asking is under way,
 * those that come wait for the next. So an answer is never older than its question, and a crowd costs what a few do.
 */
export class Batched<Question, Answer> {
  private waiting: Waiting<Question, Answer>[] = [];
  private underWay = 0;
  private lastBegan = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  /** `ask` answers the questions in their order. */
  constructor(private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>) {}

  /**
   * The answer to a question. @throws AppError 503 when it could not be asked within five seconds, and what the asking throws; but what
   * the database refuses of one question, it refuses of no other
   */
  get(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const one: Waiting<Question, Answer> = { question, resolve, reject };
      this.waiting.push(one);
      this.askNext();
      if (this.waiting.length === 0) return;
      one.patience = setTimeout(() => {
        this.giveUp(one);
      }, PATIENCE_MS);
    });
  }

  private askNext(): void {
    if (this.waiting.length === 0 || this.underWay === AT_ONCE) return;
    const untilLong = this.underWay === 0 ? 0 : this.lastBegan + LONG_MS - performance.now();
    if (untilLong > 0) {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.askNext();
      }, untilLong);
      return;
    }
    const those = this.waiting.splice(0, MOST);
    for (const { patience } of those) clearTimeout(patience);
    this.underWay++;
    this.lastBegan = performance.now();
    void this.answer(those).finally(() => {
      this.underWay--;
      this.askNext();
    });
  }

  private async answer(those: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.ask(those.map(({ question }) => question));
      those.forEach(({ resolve }, place) => {
        resolve(answers[place] as Answer);
      });
    } catch (error) {
      const mayBeOfOne = those.length > 1 && !isDatabaseUnreachable(error) && !isDatabaseBusy(error);
      if (mayBeOfOne) await Promise.all(those.map((one) => this.answer([one])));
      else for (const { reject } of those) reject(error);
    }
  }

  private giveUp(one: Waiting<Question, Answer>): void {
    this.waiting = this.waiting.filter((other) => other !== one);
    one.reject(databaseBusy('not asked in time'));
  }
}
