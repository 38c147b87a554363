import { AppError } from '../kernel/app-error.js';

const RETRY_AFTER = { 'retry-after': '1' };

/** The limits: how many may work at the same time, how many may wait, and how long. */
export interface TurnLimits {
  readonly atTheSameTime: number;
  readonly waiting: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly name: string;
  readonly begin: () => void;
}

/**
 * Grants turns for work that needs much memory: one turn for each name at a time, and a limited number in total. Each process counts its
 * own turns, so each replica has its own limit.
 */
export class Turns {
  private readonly working = new Set<string>();
  private waiting: readonly Waiting[] = [];

  constructor(private readonly limits: TurnLimits) {}

  /**
   * Waits for a turn of this name and returns a function that ends the turn. Calling this function twice is allowed.
   * @throws AppError 429 when too many already wait, or no turn was free in time
   */
  take(name: string): Promise<() => void> {
    if (this.isFree(name)) return Promise.resolve(this.begin(name));
    if (this.waiting.length >= this.limits.waiting) return Promise.reject(this.refusal(name));
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        this.waiting = this.waiting.filter((other) => other !== waiting);
        resolve(this.begin(name));
      };
      const waiting = { name, begin };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        reject(this.refusal(name));
      }, this.limits.waitMs);
      this.waiting = [...this.waiting, waiting];
    });
  }

  private isFree(name: string): boolean {
    return this.working.size < this.limits.atTheSameTime && !this.working.has(name);
  }

  private begin(name: string): () => void {
    this.working.add(name);
    let isMine = true;
    return () => {
      if (!isMine) return;
      isMine = false;
      this.working.delete(name);
      this.waiting.find((waiting) => this.isFree(waiting.name))?.begin();
    };
  }

  private refusal(name: string): AppError {
    return this.working.has(name)
      ? new AppError('search_in_progress', 429, 'Another large search of yours is still running. Wait 1 second.', {
          headers: RETRY_AFTER,
        })
      : new AppError('too_many_searches', 429, 'Too many large searches are running. Wait 1 second.', {
          headers: RETRY_AFTER,
        });
  }
}
