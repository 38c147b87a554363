import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { ALL_RECOVERY_CODES, RECOVERY_CODES, REPLACE_RECOVERY_CODES } from './recovery-codes.statements.js';

/** The sealed recovery codes in the rows of users. */
@Injectable()
export class RecoveryCodesRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The sealed codes of a user, or null. */
  async of(email: string): Promise<string | null> {
    return (await this.statements.runForFirst(RECOVERY_CODES, { email }))?.sealed ?? null;
  }

  /** The sealed codes of all users who have some. */
  all(): Promise<{ readonly email: string; readonly sealed: string }[]> {
    return this.statements.run(ALL_RECOVERY_CODES, {});
  }

  /** Replaces the codes of a user. False when they have changed since they were read. */
  async replace(email: string, { was, now }: { was: string; now: string }, manager?: EntityManager): Promise<boolean> {
    return (await this.statements.runForCount(REPLACE_RECOVERY_CODES, { email, was, now }, manager)) === 1;
  }
}
