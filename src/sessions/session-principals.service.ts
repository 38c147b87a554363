import { Injectable } from '@nestjs/common';
import { ClientsService } from '../clients/clients.service.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { ConfirmationsService } from './confirmations.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { ConfirmingUser, CurrentSession, SessionDevice } from './session.js';
import { SessionsRepository } from './sessions.repository.js';
import { TicketsService } from './tickets.service.js';

/** Finds the users and sessions of tokens. */
@Injectable()
export class SessionPrincipalsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: GenuineUsersService,
    private readonly confirmations: ConfirmationsService,
    private readonly tickets: TicketsService,
    private readonly clients: ClientsService,
  ) {}

  /**
   * The enabled, genuine user of an access token, if the token has not expired and its session is live. This confirms the refresh token
   * that was issued with the access token, because the client has received both. `read` reads the user together with something else.
   */
  async userOf(
    token: AccessTokenReference,
    read = (): Promise<ConfirmingUser | undefined> => this.sessions.userOf(token),
  ): Promise<ConfirmingUser | undefined> {
    const user = await read();
    if (!user || !this.users.admits(user)) return undefined;
    if (user.unconfirmed !== null) this.confirmations.note({ uniqueId: token.uniqueId, generation: user.unconfirmed });
    return user;
  }

  /** The device of a session; undefined when the session has ended. */
  deviceOf(uniqueId: string): Promise<SessionDevice | undefined> {
    return this.sessions.device(uniqueId);
  }

  /** When an access token expires, in seconds since 1970. If its client is registered, a life that became shorter counts. */
  async endOf({ clientId, issued, expires }: AccessTokenReference): Promise<number> {
    const client = await this.clients.find(clientId);
    return client ? Math.min(expires, issued + client.accessTokenTtl) : expires;
  }

  /** The session whose current token this is; undefined when the token was superseded or has expired, or the sealed ticket was changed. */
  async current(claims: RefreshTokenClaims, token: string): Promise<CurrentSession | undefined> {
    const session = await this.sessions.current(claims, token);
    return session && this.users.admits(session) && (await this.tickets.isOf(session, session.protectedTicket))
      ? session
      : undefined;
  }
}
