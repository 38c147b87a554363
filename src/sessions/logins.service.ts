import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { LastRedemption } from '../audit/audit-event.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import { invalidCredentials } from '../users/sign-in.service.js';
import type { User } from '../users/user.entity.js';
import type { Origin } from '../kernel/origin.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import { aboutSession, type IssuedSession, type Session } from './session.js';
import { ADVANCE, FIND_OR_CREATE, LOCK_USER, STORE_TICKET } from './session.statements.js';
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

interface Advance extends Pick<Login, 'amr' | 'origin'> {
  readonly subject: string;
  readonly clientId: string;
}

/** Begins sessions. */
@Injectable()
export class LoginsService {
  // eslint-disable-next-line @typescript-eslint/max-params -- one collaborator for each step of a login
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly events: AuditEventsService,
    private readonly settings: Settings,
  ) {}

  /**
   * Begins a session, on the existing row of this user and client, or on a new row. The previous refresh token becomes invalid. Earlier
   * access tokens stay valid (contract 3). Concurrent logins leave one row, with the token of the last login.
   * @throws AppError invalid_credentials when the user was disabled, or the password was changed, after the check of the password
   */
  async begin({ user: { email, passwordHash }, clientId = email, amr, origin }: Login): Promise<IssuedSession> {
    return this.dataSource.transaction(async (manager) => {
      const locked = await this.statements.run(LOCK_USER, { email, passwordHash }, manager);
      if (locked.length === 0) throw invalidCredentials('changed-meanwhile');
      const session = await this.advance({ subject: email, clientId, amr, origin }, manager);
      const refreshToken = this.codec.encode(session);
      const { salt, hash } = digestTicket(refreshToken);
      const ticket = await this.tickets.seal(session);
      await this.statements.run(STORE_TICKET, { id: session.id, salt, hash, ticket }, manager);
      const actor = { name: email, origin };
      await this.events.record({ kind: 'login', actor, reason: amr.join(' '), ...aboutSession(session) }, manager);
      return { ...session, refreshToken };
    });
  }

  /** Another request may end the previous session and delete the row between the two statements. Then another attempt creates a new row. */
  private async advance(
    { subject, clientId, amr, origin: { address, userAgent, requestId } }: Advance,
    manager: EntityManager,
  ): Promise<Session & LastRedemption> {
    const { REFRESH_TOKEN_TTL: life, REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    for (;;) {
      await this.statements.run(FIND_OR_CREATE, { uniqueId: uuidv7(), subject, clientId }, manager);
      const from = { address, userAgent, requestId };
      const values = { subject, clientId, amr, life, longestLife, newUniqueId: uuidv7(), ...from };
      const [session] = await this.statements.run(ADVANCE, values, manager);
      if (!session) continue;
      const last = { lastAddress: address, lastUserAgent: userAgent, lastRequestId: requestId };
      return { ...session, ...last, lastRedeemedOn: session.now };
    }
  }
}
