import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { inOrderOf } from '../database/batch-rows.js';
import { StatementsService } from '../database/statements.service.js';
import { Batched } from '../database/batched.js';
import type { AccessTokenReference } from '../signing-keys/access-tokens.service.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { ConfirmationsService } from './confirmations.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import { CURRENT, PRINCIPALS, type ConfirmingUser, type CurrentSession } from './session.statements.js';
import { TicketsService } from './tickets.service.js';

/** The user of a live session, as access control needs them. */
export interface SessionUser {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** Finds the users and sessions of tokens. */
@Injectable()
export class SessionPrincipalsService {
  private readonly queries = new Batched((tokens: readonly AccessTokenReference[]) => this.usersOf(tokens));

  constructor(
    private readonly statements: StatementsService,
    private readonly users: GenuineUsersService,
    private readonly confirmations: ConfirmationsService,
    private readonly tickets: TicketsService,
    private readonly settings: Settings,
  ) {}

  /**
   * The enabled, genuine user of an access token, if the token has not expired and its session is live. This confirms the refresh token
   * that was issued with the access token, because the client has received both.
   */
  async userOf(token: AccessTokenReference): Promise<SessionUser | undefined> {
    const user = await this.queries.get(token);
    if (user && user.unconfirmed !== null)
      this.confirmations.note({ uniqueId: token.uniqueId, generation: user.unconfirmed });
    return user;
  }

  /** The session whose current token this is; undefined when the token was superseded or has expired, or the sealed ticket was changed. */
  async current(claims: RefreshTokenClaims, token: string): Promise<CurrentSession | undefined> {
    const { REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    const [session] = await this.statements.run(CURRENT, { token, longestLife, ...claims });
    return session && this.users.admits(session) && (await this.tickets.isOf(session, session.protectedTicket))
      ? session
      : undefined;
  }

  private async usersOf(tokens: readonly AccessTokenReference[]): Promise<(ConfirmingUser | undefined)[]> {
    const { REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    const users = await this.statements.run(PRINCIPALS, { batch: tokens, longestLife });
    return inOrderOf<ConfirmingUser>(
      tokens,
      users.filter((user) => this.users.admits(user)),
    );
  }
}
