import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal.js';
import { AppError } from '../kernel/app-error.js';
import { OwnSessionsService } from '../sessions/own-sessions.service.js';

/** How many seconds a sign-in is recent. */
const RECENT = 300;

/**
 * Demands a recent sign-in for what weakens an account: a thief of an access token does not know the password. A sign-in of a user with a
 * second factor also had a code. The database's clock decides.
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
    if (age === null || age <= RECENT) return now;
    const message = `Sign in again: the last sign-in is older than ${RECENT / 60} minutes.`;
    const challenge = `error="insufficient_user_authentication", error_description="${message}", max_age="${RECENT}"`;
    throw new AppError('insufficient_user_authentication', 401, message, { challenge });
  }

  /** The time by the database's clock. */
  async now(): Promise<Date> {
    return (await this.sessions.moment(undefined)).now;
  }
}
