/**
 * A value that is read from elsewhere and remembered for a moment: `get` never returns one that is older than its life. From half
 * of its life on it is read anew in the background, so that under load nobody waits for that.
 */
export class Remembered<T> {
  private latest: { readonly value: T; readonly since: number } | undefined;
  private reading: Promise<T> | undefined;

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

  /** Readers at once share one reading; the value is as old as its beginning. */
  private refresh(): Promise<T> {
    if (this.reading) return this.reading;
    const since = performance.now();
    const reading = this.read().then((value) => {
      if (this.reading === reading) this.latest = { value, since };
      return value;
    });
    this.reading = reading;
    const done = (): void => {
      if (this.reading === reading) this.reading = undefined;
    };
    reading.then(done, done);
    return reading;
  }
}
