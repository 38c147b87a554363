import { Injectable } from '@nestjs/common';
import { insufficientAuthentication, RECENT_SECONDS } from '../access/insufficient-authentication.js';
import type { Principal } from '../access/principal.js';
import { OwnSessionsService } from '../sessions/own-sessions.service.js';

/**
 * Demands a recent sign-in for what weakens an account: a thief of an access token does not know the password. The database's clock decides.
 * `OwnRowService` also demands that the sign-in had a code, if the user has a second factor.
 */
@Injectable()
export class StepUpService {
  constructor(private readonly sessions: OwnSessionsService) {}

  /**
   * Returns the time, if the user signed in within the last five minutes, or the request carries the password itself.
   * @throws AppError 401 insufficient_user_authentication (RFC 9470)
   */
  async demandRecent({ session }: Principal): Promise<Date> {
    const { now, age } = await this.sessions.moment(session?.authTime);
    if (age === null || age <= RECENT_SECONDS) return now;
    throw insufficientAuthentication(`Sign in again: the last sign-in is older than ${RECENT_SECONDS / 60} minutes.`);
  }

  /** The time by the database's clock. */
  async now(): Promise<Date> {
    return (await this.sessions.moment(undefined)).now;
  }
}
