import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { invalidCredentials } from '../users/sign-in.service.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import type { Origin } from '../kernel/origin.js';
import { LoginsRepository } from './logins.repository.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import { aboutSession, type IssuedSession } from './session.js';
import { digestTicket } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** A sign-in of an authenticated user at a client. */
export interface Login {
  readonly user: Pick<User, 'email' | 'passwordHash'>;
  /** Undefined means the default: the user's e-mail. */
  readonly clientId: string | undefined;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  readonly origin: Origin;
}

/** Begins sessions. */
@Injectable()
export class LoginsService {
  constructor(
    private readonly logins: LoginsRepository,
    private readonly users: UsersService,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly events: AuditEventsService,
  ) {}

  /**
   * Begins a session, on the existing row of this user and client, or on a new row. The previous refresh token becomes invalid. Earlier
   * access tokens stay valid (contract 3). Concurrent logins leave one row, with the token of the last login.
   * @throws AppError invalid_credentials when the user was disabled, or the password was changed, after the check of the password
   */
  async begin({ user: { email, passwordHash }, clientId = email, amr, origin }: Login): Promise<IssuedSession> {
    return this.logins.transaction(async (manager) => {
      const isUnchanged = await this.users.lockUnchanged({ email, passwordHash }, manager);
      if (!isUnchanged) throw invalidCredentials('changed-meanwhile');
      const session = await this.logins.begin({ subject: email, clientId, amr, origin }, manager);
      const refreshToken = this.codec.encode(session);
      const { salt, hash } = digestTicket(refreshToken);
      const ticket = await this.tickets.seal(session);
      await this.logins.storeTicket(session, { salt, hash, ticket }, manager);
      const actor = { name: email, origin };
      await this.events.record({ kind: 'login', actor, reason: amr.join(' '), ...aboutSession(session) }, manager);
      return { ...session, refreshToken };
    });
  }
}
