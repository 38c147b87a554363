import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { StatementsService } from '../../database/statements.service.js';
import { FORGET_ASSERTIONS, LONGEST_SECONDS, SKEW_SECONDS, SPEND_ASSERTION } from './client-assertion.statements.js';

/** The claims that make an assertion good once: times are in seconds since 1970. */
interface AssertionUse {
  readonly clientId: string;
  readonly jti: string;
  readonly expires: number;
  /** From when it is valid. */
  readonly begins: number;
}

/** Why an assertion with a right signature cannot be spent. */
type SpendingRefusal = 'assertion-expired' | 'assertion-early' | 'assertion-lives-long' | 'assertion-reused';

/** More than any time that PostgreSQL must know here, and within its range. */
const LAST_SECOND = 100_000_000_000;

/** The assertions that clients have used. All replicas share them, so an assertion is good once. */
@Injectable()
export class ClientAssertionsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** Spends an assertion, in one statement. Returns why it cannot be spent, by the database's clock; undefined when it was spent. */
  async spend({ clientId, jti, ...use }: AssertionUse): Promise<SpendingRefusal | undefined> {
    const expires = Math.min(Math.max(use.expires, 0), LAST_SECOND);
    const begins = Math.min(Math.max(use.begins, 0), LAST_SECOND);
    const digest = hash('sha256', JSON.stringify([clientId, jti]), 'base64');
    const { now, isSpent } = await this.statements.runForOne(SPEND_ASSERTION, { digest, expires, begins });
    if (isSpent) return undefined;
    if (expires <= now - SKEW_SECONDS) return 'assertion-expired';
    if (expires > now + LONGEST_SECONDS + SKEW_SECONDS) return 'assertion-lives-long';
    return begins > now + SKEW_SECONDS ? 'assertion-early' : 'assertion-reused';
  }

  /** Forgets at most `limit` assertions that have expired, and returns their number. */
  forget(limit: number): Promise<number> {
    return this.statements.runForCount(FORGET_ASSERTIONS, { limit });
  }
}
