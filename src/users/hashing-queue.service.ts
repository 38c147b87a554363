import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { AppError } from '../kernel/app-error.js';
import { MetricsService } from '../observability/metrics.service.js';

/**
 * Passwords that are hashed at the same moment. Each takes a thread of Node's four, which also resolve names and read files, and a
 * processor, which other requests need too.
 */
const AT_ONCE = Math.min(availableParallelism(), 3);
/** Attempts that wait for their turn: half a second of work for two processors. */
const MOST_WAITING = 64;
/** Longest wait for a turn. */
const PATIENCE_MS = 3_000;
const RETRY_AFTER_SECONDS = '1';

/** Does the expensive part of an attempt when it is its turn. @throws AppError 503 sign_ins_busy when that takes too long */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Bounds how many passwords are hashed at the same moment, and how many wait for that. A crowd of sign-ins then takes no more of the
 * processors than a few do, and what is beyond the bound is refused before anything is done for it.
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

  /** Takes an attempt in, until it has ended. @throws AppError 503 sign_ins_busy with `Retry-After`, immediately, when the queue is full */
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
      // The next in line takes the place over; only when there is none the place is free.
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
