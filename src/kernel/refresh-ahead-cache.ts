interface Reading<T> {
  readonly value: Promise<T>;
  /** When the read began, in milliseconds of `performance.now()`. */
  readonly since: number;
}

/**
 * A cache of one value that refreshes ahead. `get` never returns a value older than its lifetime. From half of the lifetime on, the cache
 * reads the value again in the background, so that under load no request waits for the read.
 */
export class RefreshAheadCache<T> {
  private latest: { readonly value: T; readonly since: number } | undefined;
  private reading: Reading<T> | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly lifeMs: number,
  ) {}

  /** The value. If the cached value is older than `atMostMs`, it is read now. @throws every error of the read */
  async get(atMostMs = this.lifeMs): Promise<T> {
    const age = this.latest ? performance.now() - this.latest.since : Infinity;
    if (this.latest && age < atMostMs) {
      if (age > this.lifeMs / 2) this.refresh().catch(() => undefined);
      return this.latest.value;
    }
    return this.refresh();
  }

  /** Forgets the value, because it has changed. A running read may have missed the change, so its value is not kept. */
  forget(): void {
    this.latest = undefined;
    this.reading = undefined;
  }

  /** Concurrent callers share one read. A read that takes longer than the lifetime may hang, so the next caller begins another. */
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

  /** The running read, or a new one. The age of a value counts from the beginning of its read. */
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
