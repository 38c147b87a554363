import type { Counter } from 'prom-client';
import { AppError } from '../kernel/app-error.js';
import type { MetricDescription, MetricsService } from './metrics.service.js';

const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;

/** What is counted, and what can come of it. */
export interface OutcomesDescription<Success extends string> extends Pick<
  MetricDescription<never>,
  'name' | 'help' | 'action'
> {
  readonly successes: readonly Success[];
  /** The `detail` of the AppErrors that refuse; one that is not listed is counted as `other`. */
  readonly refusals: readonly string[];
}

/**
 * Counts attempts by what came of them, in one counter with the labels `outcome` and `reason`. The outcome is one of the successes;
 * `refused`, which has a reason; `throttled`; `busy`, when it was not evaluated because too much was under way; or `failed`, through a
 * fault that is not the caller's.
 */
export class Outcomes<Success extends string> {
  private readonly counter: Counter<'outcome' | 'reason'>;
  private readonly refusals: ReadonlySet<string>;

  /** @throws Error when the name is taken */
  constructor(metrics: MetricsService, { successes, refusals, ...description }: OutcomesDescription<Success>) {
    this.counter = metrics.counter({ ...description, labelNames: ['outcome', 'reason'] });
    this.refusals = new Set(refusals);
    // A series that begins with its first event hides that event: rates need the zero before it.
    for (const outcome of [...successes, 'throttled', 'busy', 'failed']) this.counter.inc({ outcome }, 0);
    for (const reason of [...refusals, 'other']) this.counter.inc({ outcome: 'refused', reason }, 0);
  }

  /** Gives, or throws, what the attempt does, and counts it. */
  async count<T>(attempt: Promise<T>, successOf: (result: T) => Success): Promise<T> {
    try {
      const result = await attempt;
      this.counter.inc({ outcome: successOf(result) });
      return result;
    } catch (error) {
      this.counter.inc(this.failureOf(error));
      throw error;
    }
  }

  private failureOf(error: unknown): { outcome: string; reason?: string } {
    if (error instanceof AppError && error.status === TOO_MANY_REQUESTS) return { outcome: 'throttled' };
    if (error instanceof AppError && error.status === SERVICE_UNAVAILABLE) return { outcome: 'busy' };
    if (!(error instanceof AppError) || error.status >= 500) return { outcome: 'failed' };
    const { detail = '' } = error.context;
    return { outcome: 'refused', reason: this.refusals.has(detail) ? detail : 'other' };
  }
}
