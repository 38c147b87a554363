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

/** A user who proved who they are, at a client. */
export interface Login {
  readonly user: Pick<User, 'email' | 'passwordHash'>;
  /** Undefined stands for the default, the user's e-mail. */
  readonly clientId: string | undefined;
  /** How they did (RFC 8176). */
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
   * Begins a session, on the row that this user and client already have, or on a new one. The previous refresh token is out of use;
   * access tokens issued before stay valid (contract 3). Concurrent logins leave one row, with the token of the last of them.
   * @throws AppError invalid_credentials when the user was disabled, or their password changed, since it was checked
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

  /** The end of the previous session may delete the row between the two statements. Then another attempt makes a new row. */
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
