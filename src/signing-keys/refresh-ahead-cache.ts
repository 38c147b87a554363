interface Reading<T> {
  readonly value: Promise<T>;
  /** When it began, in milliseconds by `performance.now()`. */
  readonly since: number;
}

/**
 * A cache of one value that refreshes ahead. `get` never returns a value older than its life. From half of its life on, the cache reads
 * the value again in the background, so that under load no request waits for that.
 */
export class RefreshAheadCache<T> {
  private latest: { readonly value: T; readonly since: number } | undefined;
  private reading: Reading<T> | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly lifeMs: number,
  ) {}

  /** The value; read now if the cached value is older than this. @throws what reading throws */
  async get(atMostMs = this.lifeMs): Promise<T> {
    const age = this.latest ? performance.now() - this.latest.since : Infinity;
    if (this.latest && age < atMostMs) {
      if (age > this.lifeMs / 2) this.refresh().catch(() => undefined);
      return this.latest.value;
    }
    return this.refresh();
  }

  /** Forgets the value: it has changed. A running read may have missed the change, so its value is not kept. */
  forget(): void {
    this.latest = undefined;
    this.reading = undefined;
  }

  /** Concurrent callers share one read. A read that takes longer than the value's life may hang: then they begin another. */
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

  /** The running read, or a new one. The value is as old as the beginning of its read. */
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
