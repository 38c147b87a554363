interface Reading<T> {
  readonly value: Promise<T>;
  /** When it began, in milliseconds by `performance.now()`. */
  readonly since: number;
}

/**
 * A value that is read from elsewhere and remembered for a moment: `get` never returns one that is older than its life. From half
 * of its life on it is read anew in the background, so that under load nobody waits for that.
 */
export class Remembered<T> {
  private latest: { readonly value: T; readonly since: number } | undefined;
  private reading: Reading<T> | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly lifeMs: number,
  ) {}

  /** The value, read now when what is remembered is older than its life, or than told. @throws what reading throws */
  async get(atMostMs = this.lifeMs): Promise<T> {
    const age = this.latest ? performance.now() - this.latest.since : Infinity;
    if (this.latest && age < atMostMs) {
      if (age > this.lifeMs / 2) this.refresh().catch(() => undefined);
      return this.latest.value;
    }
    return this.refresh();
  }

  /** Forgets the value: it has changed. A reading that is under way may have missed the change, and is not kept. */
  forget(): void {
    this.latest = undefined;
    this.reading = undefined;
  }

  /** Readers at once share one reading. What takes longer than the value's life may hang: then they begin another. */
  private refresh(): Promise<T> {
    const { value, since } = this.underWay();
    return new Promise((resolve, reject) => {
      const again = (): void => void this.refresh().then(resolve, reject);
      const timer = setTimeout(again, since + this.lifeMs - performance.now()).unref();
      const end = (): void => {
        clearTimeout(timer);
      };
      value.then(resolve, reject).then(end, end);
    });
  }

  /** The reading that is under way, or else a new one; the value is as old as its beginning. */
  private underWay(): Reading<T> {
    const since = performance.now();
    if (this.reading && since - this.reading.since < this.lifeMs) return this.reading;
    const reading = { value: this.read(), since };
    const end = (latest = this.latest): void => {
      if (this.reading !== reading) return;
      this.reading = undefined;
      this.latest = latest;
    };
    reading.value.then(
      (value) => {
        end({ value, since });
      },
      () => {
        end();
      },
    );
    this.reading = reading;
    return reading;
  }
}
