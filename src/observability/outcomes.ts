import type { Counter } from 'prom-client';
import { AppError } from '../kernel/app-error.js';
import type { MetricDescription, MetricsService } from './metrics.service.js';

const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;

/** A kind of attempts to count, and their possible outcomes. */
export interface OutcomesDescription<Success extends string> extends Pick<
  MetricDescription<never>,
  'name' | 'help' | 'action'
> {
  readonly successes: readonly Success[];
  /** The `detail` values of AppErrors that refuse. Any other detail is counted as `other`. */
  readonly refusals: readonly string[];
}

/**
 * Counts attempts by outcome, in one counter with the labels `outcome` and `reason`. The outcome is one of the successes; `refused`, with a
 * reason; `throttled`; `busy`, when the attempt was not evaluated because of too much load; or `failed`, when the caller did not cause the
 * failure.
 */
export class Outcomes<Success extends string> {
  private readonly counter: Counter<'outcome' | 'reason'>;
  private readonly refusals: ReadonlySet<string>;

  /** @throws Error when the name is taken */
  constructor(metrics: MetricsService, { successes, refusals, ...description }: OutcomesDescription<Success>) {
    this.counter = metrics.counter({ ...description, labelNames: ['outcome', 'reason'] });
    this.refusals = new Set(refusals);
    // If a series began with its first event, rates would miss that event. So each series starts at zero.
    for (const outcome of [...successes, 'throttled', 'busy', 'failed']) this.counter.inc({ outcome }, 0);
    for (const reason of [...refusals, 'other']) this.counter.inc({ outcome: 'refused', reason }, 0);
  }

  /** Returns or throws the result of the attempt, and counts it. */
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
