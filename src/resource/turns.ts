import { AppError } from '../kernel/app-error.js';

const RETRY_AFTER = { 'retry-after': '1' };

/** How many may work at the same time, and how many may wait, and for how long. */
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
 * Gives out turns for work that needs much memory: one turn for each name at a time, and so many in all. The count is that of this
 * process: each replica has its own.
 */
export class Turns {
  private readonly working = new Set<string>();
  private waiting: readonly Waiting[] = [];

  constructor(private readonly limits: TurnLimits) {}

  /**
   * Waits for a turn of this name and returns what gives it back; calling that twice does no harm.
   * @throws AppError 429 when too many wait already, or the turn did not come in time
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
