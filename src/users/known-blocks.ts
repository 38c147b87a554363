import { forgetOldest } from '../kernel/forget-oldest.js';
import { steadyNow } from '../kernel/steady-now.js';
import { TooManyAttempts } from './too-many-attempts.js';

/** How many blocks a process remembers. If there are more, it forgets the oldest. */
const CAPACITY = 10_000;

/**
 * The blocks of guesses that this process has learned from the counters in the database. So a request that is not blocked needs no statement,
 * and a blocked guess is refused before it is evaluated.
 */
export class KnownBlocks {
  /** By key: the end of the block, in milliseconds of `steadyNow()`. */
  private readonly ends = new Map<string, number>();

  /** @throws AppError 429 too_many_attempts while this process knows that guesses with this key are blocked */
  check(key: string): void {
    const until = this.ends.get(key);
    if (until === undefined) return;
    const wait = Math.ceil((until - steadyNow()) / 1000);
    if (wait > 0) throw new TooManyAttempts(wait);
    this.ends.delete(key);
  }

  /** Counts a guess that was wrong, and remembers the block that follows from it. @throws AppError 429 too_many_attempts */
  async learn<T extends { readonly ownBlock: number }>(key: string, count: () => Promise<T>): Promise<T> {
    try {
      const counted = await count();
      if (counted.ownBlock > 0) this.add(key, counted.ownBlock);
      return counted;
    } catch (error) {
      // Another process counted the guesses that block this one.
      if (error instanceof TooManyAttempts) this.add(key, error.wait);
      throw error;
    }
  }

  private add(key: string, seconds: number): void {
    this.ends.delete(key);
    this.ends.set(key, steadyNow() + seconds * 1000);
    forgetOldest(this.ends, CAPACITY);
  }
}
