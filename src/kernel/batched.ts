interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins questions that come at once into one asking. A question alone is asked at once; while as many askings as allowed are under
 * way, those that come wait for the next. So an answer is never older than its question, and a crowd costs what a few do.
 */
export class Batched<Question, Answer> {
  private readonly waiting: Waiting<Question, Answer>[] = [];
  private underWay = 0;

  /** `ask` answers the questions in their order; `atOnce` bounds the askings under way, `most` the questions of one. */
  constructor(
    private readonly ask: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    private readonly limits: { readonly atOnce: number; readonly most: number },
  ) {}

  /** The answer to a question. @throws what the asking throws, to each that was part of it */
  get(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ question, resolve, reject });
      this.askNext();
    });
  }

  private askNext(): void {
    if (this.underWay >= this.limits.atOnce || this.waiting.length === 0) return;
    const those = this.waiting.splice(0, this.limits.most);
    this.underWay++;
    const done = (settle: (one: Waiting<Question, Answer>, place: number) => void): void => {
      this.underWay--;
      those.forEach(settle);
      this.askNext();
    };
    this.ask(those.map(({ question }) => question)).then(
      (answers) => {
        done(({ resolve }, place) => {
          resolve(answers[place] as Answer);
        });
      },
      (error: unknown) => {
        done(({ reject }) => {
          reject(error);
        });
      },
    );
  }
}

/** A row of the answer to several questions: to which of them, counted from 1. */
export type Placed<Row> = Row & Record<string, unknown> & { readonly place: number };

/** The rows in the order of the questions; undefined where a question has none. */
export function inPlaces<Row>(questions: readonly unknown[], rows: readonly Placed<Row>[]): (Row | undefined)[] {
  const answers: (Row | undefined)[] = questions.map(() => undefined);
  for (const row of rows) answers[row.place - 1] = row;
  return answers;
}
