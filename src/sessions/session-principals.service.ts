import { Injectable } from '@nestjs/common';
import type { AccessTokenReference } from '../signing-keys/access-tokens.service.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { ConfirmationsService } from './confirmations.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { CurrentSession } from './session.js';
import { SessionsRepository } from './sessions.repository.js';
import { TicketsService } from './tickets.service.js';

/** The user of a live session, as access control needs them. */
export interface SessionUser {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** Finds whom and what tokens stand for. */
@Injectable()
export class SessionPrincipalsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: GenuineUsersService,
    private readonly confirmations: ConfirmationsService,
    private readonly tickets: TicketsService,
  ) {}

  /**
   * The enabled, genuine user of a session that lives, while the access token does too. That confirms the refresh token that came with it: the
   * client has both.
   */
  async userOf(token: AccessTokenReference): Promise<SessionUser | undefined> {
    const user = await this.sessions.userOf(token);
    if (!user || !this.users.admits(user)) return undefined;
    if (user.unconfirmed !== null) this.confirmations.note({ uniqueId: token.uniqueId, generation: user.unconfirmed });
    return user;
  }

  /** The session whose current token this is; undefined when it is out of use, expired, or its sealed ticket was tampered with. */
  async current(claims: RefreshTokenClaims, token: string): Promise<CurrentSession | undefined> {
    const session = await this.sessions.current(claims, token);
    return session && this.users.admits(session) && (await this.tickets.isOf(session, session.protectedTicket))
      ? session
      : undefined;
  }
}
