import { Injectable } from '@nestjs/common';
import { forgetOldest } from '../kernel/forget-oldest.js';
import type { Reservation } from './guess-limits.service.js';
import { KnownBlocks } from './known-blocks.js';
import { LoginThrottleService } from './login-throttle.service.js';

/** How many clients with failures a process remembers. If there are more, it forgets the oldest. */
const CAPACITY = 10_000;

/**
 * Limits failed authentications of clients, by client and by address, with the limits of passwords. An attempt is counted when it has
 * failed, not before: a secret is 32 random bytes, so concurrent guesses gain nothing, and a right one needs no statement.
 */
@Injectable()
export class ClientThrottleService {
  private readonly blocks = new KnownBlocks();
  /** The last failure that this process counted, by client and address. */
  private readonly failures = new Map<string, Reservation>();

  constructor(private readonly throttle: LoginThrottleService) {}

  /**
   * Call this before the evaluation of an attempt. It runs no statement.
   * @throws AppError 429 too_many_attempts while this process knows that this client is blocked from this address
   */
  check(clientId: string, address: string | null): void {
    this.blocks.check(keyOf(clientId, address));
  }

  /** Call this when an attempt has failed. It runs one statement. @throws AppError 429 too_many_attempts */
  async count(clientId: string, address: string | null): Promise<void> {
    const key = keyOf(clientId, address);
    // A user name has no U+0000, so no user shares the counters of a client.
    const counted = await this.blocks.learn(key, () => this.throttle.reserve(`client\0${clientId}`, address));
    this.failures.delete(key);
    this.failures.set(key, counted);
    forgetOldest(this.failures, CAPACITY);
  }

  /** Call this when an attempt was right: its counters begin again. It runs one statement after failures, otherwise none. */
  async settle(clientId: string, address: string | null): Promise<void> {
    const key = keyOf(clientId, address);
    const failure = this.failures.get(key);
    if (!failure) return;
    this.failures.delete(key);
    await this.throttle.settle(this.throttle.settlementOf(failure));
  }
}

function keyOf(clientId: string, address: string | null): string {
  return `${address ?? ''}\0${clientId}`;
}
