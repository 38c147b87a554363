import { Injectable } from '@nestjs/common';
import { steadyNow } from '../kernel/steady-now.js';
import { GuessLimitsService } from './guess-limits.service.js';
import { TooManyAttempts } from './too-many-attempts.js';

/** Limits wrong client names: a client may be configured wrongly, or the sender of a stolen token may be guessing its client. */
const LIMIT = { free: 5, seconds: 1, longest: 900 };
/** How many blocks this process remembers. If there are more, it forgets the oldest. */
const CAPACITY = 10_000;

/**
 * Limits guesses at the client of a genuine token, for each session and from all addresses together. The counters are in the database. This
 * process remembers the blocks that it has learned from them, so a request that names the right client needs no statement.
 */
@Injectable()
export class ClientGuessesService {
  /** By session: the end of its block, in milliseconds of `steadyNow()`. */
  private readonly blocked = new Map<string, number>();

  constructor(private readonly limits: GuessLimitsService) {}

  /**
   * Call this before using a token for a client that the sender names. It runs no statement.
   * @throws AppError 429 too_many_attempts while this process knows that further guesses at this session are blocked
   */
  check(sessionId: string): void {
    const until = this.blocked.get(sessionId);
    if (until === undefined) return;
    const wait = Math.ceil((until - steadyNow()) / 1000);
    if (wait > 0) throw new TooManyAttempts(wait);
    this.blocked.delete(sessionId);
  }

  /** Call this when the sender named another client than the session's. It runs one statement. @throws AppError 429 too_many_attempts */
  async count(sessionId: string): Promise<void> {
    try {
      const { ownBlock } = await this.limits.reserve({ own: { name: `client ${sessionId}`, limit: LIMIT } });
      if (ownBlock > 0) this.block(sessionId, ownBlock);
    } catch (error) {
      // Another process counted the guesses that block this one.
      if (error instanceof TooManyAttempts) this.block(sessionId, error.wait);
      throw error;
    }
  }

  private block(sessionId: string, seconds: number): void {
    this.blocked.delete(sessionId);
    this.blocked.set(sessionId, steadyNow() + seconds * 1000);
    if (this.blocked.size > CAPACITY) this.blocked.delete(this.blocked.keys().next().value ?? '');
  }
}
