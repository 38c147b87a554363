/**
 * A value that is read from elsewhere and remembered for a moment: `get` never returns one that is older than its life. From half
 * of its life on it is read anew in the background, so that under load nobody waits for that.
 */
export class Remembered<T> {
  private latest: { readonly value: T; readonly since: number } | undefined;
  private reading: { readonly value: Promise<T>; readonly since: number } | undefined;

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

  /**
   * Readers at once share one reading; the value is as old as its beginning. One that takes longer than the value's life may hang, and
   * nobody else waits for it.
   */
  private refresh(): Promise<T> {
    const since = performance.now();
    if (this.reading && since - this.reading.since < this.lifeMs) return this.reading.value;
    const reading = { value: this.read(), since };
    this.reading = reading;
    const end = (latest: typeof this.latest): void => {
      if (this.reading !== reading) return;
      this.reading = undefined;
      this.latest = latest;
    };
    reading.value.then(
      (value) => {
        end({ value, since });
      },
      () => {
        end(this.latest);
      },
    );
    return reading.value;
  }
}
