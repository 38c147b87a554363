import { Injectable } from '@nestjs/common';
import { GuessLimitsService } from './guess-limits.service.js';
import { KnownBlocks } from './known-blocks.js';

/** Limits wrong client names: a client may be configured wrongly, or the sender of a stolen token may be guessing its client. */
const LIMIT = { free: 5, seconds: 1, longest: 900 };

/**
 * Limits guesses at the client of a genuine token, for each session and from all addresses together. The counters are in the database. A
 * request that names the right client needs no statement.
 */
@Injectable()
export class ClientGuessesService {
  private readonly blocks = new KnownBlocks();

  constructor(private readonly limits: GuessLimitsService) {}

  /**
   * Call this before using a token for a client that the sender names. It runs no statement.
   * @throws AppError 429 too_many_attempts while this process knows that further guesses at this session are blocked
   */
  check(sessionId: string): void {
    this.blocks.check(sessionId);
  }

  /** Call this when the sender named another client than the session's. It runs one statement. @throws AppError 429 too_many_attempts */
  async count(sessionId: string): Promise<void> {
    await this.blocks.learn(sessionId, () =>
      this.limits.reserve({ own: { name: `client ${sessionId}`, limit: LIMIT } }),
    );
  }
}
