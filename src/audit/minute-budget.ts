const MINUTE_MS = 60_000;

/** Allows so many acts in a minute for each name, in this process: each replica counts by itself. What it keeps is gone after the minute. */
export class MinuteBudget {
  private readonly spent = new Map<string, number>();
  private until = 0;

  constructor(private readonly most: number) {}

  /** Whether this act of this name is still allowed; if so, it counts. */
  spend(name: string): boolean {
    const now = performance.now();
    if (now >= this.until) {
      this.spent.clear();
      this.until = now + MINUTE_MS;
    }
    const before = this.spent.get(name) ?? 0;
    if (before >= this.most) return false;
    this.spent.set(name, before + 1);
    return true;
  }
}
