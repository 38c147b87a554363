import { Injectable } from '@nestjs/common';
import { GuessLimitsService } from './guess-limits.service.js';
import { TooManyAttempts } from './too-many-attempts.js';

/** A client is configured wrongly, or the sender of a stolen token looks for its client. */
const LIMIT = { free: 5, seconds: 1, longest: 900 };
/** Blocks that this process remembers; beyond that the one that was noted first is forgotten. */
const CAPACITY = 10_000;

/**
 * Limits guesses at the client of a genuine token, for each session and from all addresses together. What counts is in the database; what
 * this process has learnt of it is remembered, so that a request that names the right client costs no statement.
 */
@Injectable()
export class ClientGuessesService {
  /** By session, until when, in milliseconds by `performance.now()`. */
  private readonly blocked = new Map<string, number>();

  constructor(private readonly limits: GuessLimitsService) {}

  /**
   * To be called before a token is tried for a client that its sender names. No statement.
   * @throws AppError 429 too_many_attempts while this process knows that the guesses at this session are too many
   */
  check(sessionId: string): void {
    const until = this.blocked.get(sessionId);
    if (until === undefined) return;
    const wait = Math.ceil((until - performance.now()) / 1000);
    if (wait > 0) throw new TooManyAttempts(wait);
    this.blocked.delete(sessionId);
  }

  /** To be called when another client was named than the session's. One statement. @throws AppError 429 too_many_attempts */
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
    this.blocked.set(sessionId, performance.now() + seconds * 1000);
    if (this.blocked.size > CAPACITY) this.blocked.delete(this.blocked.keys().next().value ?? '');
  }
}
