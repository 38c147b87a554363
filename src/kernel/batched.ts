import { databaseBusy, isDatabaseBusy, isDatabaseUnreachable } from './database-failures.js';

/** As long as for a connection, when all are in use. */
const PATIENCE_MS = 5_000;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  patience?: NodeJS.Timeout;
}

/**
 * Joins questions to the database that come at once into one asking. A question alone is asked at once; while as many askings as allowed
 * are under way, those that come wait for the next. So an answer is never older than its question, and a crowd costs what a few do.
 */
export class Batched<Question, Answer> {
  private waiting: Waiting<Question, Answer>[] = [];
  private underWay = 0;

  /** `ask` answers the questions in their order; `atOnce` bounds the askings under way, `most` the questions of one. */
  constructor(
    private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    private readonly limits: { readonly atOnce: number; readonly most: number },
  ) {}

  /**
   * The answer to a question. @throws AppError 503 when it could not be asked within five seconds, and what the asking throws; but what
   * the database refuses of one question, it refuses of no other
   */
  get(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const one: Waiting<Question, Answer> = { question, resolve, reject };
      this.waiting.push(one);
      if (this.underWay < this.limits.atOnce) this.askNext();
      else
        one.patience = setTimeout(() => {
          this.giveUp(one);
        }, PATIENCE_MS);
    });
  }

  private askNext(): void {
    if (this.waiting.length === 0) return;
    const those = this.waiting.splice(0, this.limits.most);
    for (const { patience } of those) clearTimeout(patience);
    this.underWay++;
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
