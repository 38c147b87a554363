import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { AppError } from '../kernel/app-error.js';
import { MetricsService } from '../observability/metrics.service.js';

/**
 * How many passwords are hashed concurrently. Each hash occupies one of Node's four threads, which also resolve names and read files, and a
 * processor, which other requests need too.
 */
const AT_ONCE = Math.min(availableParallelism(), 3);
/** How many attempts wait for their turn: half a second of work for two processors. */
const MOST_WAITING = 64;
/** The longest wait for a turn. */
const PATIENCE_MS = 3_000;
const RETRY_AFTER_SECONDS = '1';

/** Runs the expensive part of an attempt at its turn. @throws AppError 503 sign_ins_busy when the turn does not come in time */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Limits how many passwords are hashed concurrently, and how many attempts wait for that. So many sign-ins take no more processor time than
 * a few. An attempt beyond the limit is refused before any work for it.
 */
@Injectable()
export class HashingQueueService {
  private readonly waiting: (() => void)[] = [];
  private inside = 0;
  private running = 0;

  constructor(metrics: MetricsService) {
    metrics.gauge({
      name: 'tessera_sign_ins_waiting',
      help: 'Sign-ins whose password waits to be checked.',
      action: '64 at most, then 503 (`sign_ins_busy`). If it stays high, add processors or replicas.',
      collect: () => [{ value: this.inside - this.running }],
    });
  }

  /** Runs an attempt inside the queue. @throws AppError 503 sign_ins_busy with `Retry-After`, immediately, when the queue is full */
  async enter<T>(attempt: (inTurn: InTurn) => Promise<T>): Promise<T> {
    if (this.inside >= AT_ONCE + MOST_WAITING) throw busy('queue full');
    this.inside++;
    try {
      return await attempt((work) => this.inTurn(work));
    } finally {
      this.inside--;
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < AT_ONCE) this.running++;
    else await this.turn();
    try {
      return await work();
    } finally {
      // The place goes to the first waiting attempt. Only if none waits does the place become free.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(busy('not checked in time'));
      }, PATIENCE_MS);
      this.waiting.push(take);
    });
  }
}

function busy(detail: string): AppError {
  const message = 'Too many sign-ins are in progress; nothing was written. Wait 1 second.';
  return new AppError('sign_ins_busy', 503, message, { detail, headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}
