import { steadyNow } from '../kernel/steady-now.js';

const MINUTE_MS = 60_000;

/** Allows a number of acts per minute for each name. Each process counts its own acts. The counts are forgotten after each minute. */
export class MinuteBudget {
  private readonly spent = new Map<string, number>();
  private until = 0;

  constructor(private readonly most: number) {}

  /** Whether another act of this name is allowed now. If so, the act is counted. */
  spend(name: string): boolean {
    const now = steadyNow();
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
