import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { LastRedemption } from '../audit/audit-event.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import type { Origin } from '../kernel/origin.js';
import { ADVANCE, FIND_OR_CREATE, STORE_TICKET } from './login.statements.js';
import type { Session } from './session.js';
import type { TicketDigest } from './ticket-digest.js';

/** A login to begin: its user and client, how the user was authenticated (RFC 8176), and where the request came from. */
export interface NewLogin {
  readonly subject: string;
  readonly clientId: string;
  readonly amr: readonly string[];
  readonly origin: Origin;
}

/** The stored form of a token that a login issued, and the sealed ticket. */
export interface StoredTicket extends TicketDigest {
  readonly ticket: string;
}

/** The rows of the sessions that logins begin. */
@Injectable()
export class LoginsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    private readonly settings: Settings,
  ) {}

  /** Runs the steps of a login in a transaction. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Begins a login on the existing row of this user and client, or on a new row. The caller then stores the token by `storeTicket`. */
  async begin(
    { subject, clientId, amr, origin: { address, userAgent, requestId } }: NewLogin,
    manager: EntityManager,
  ): Promise<Session & LastRedemption> {
    const { REFRESH_TOKEN_TTL: life, REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    const from = { address, userAgent, requestId };
    for (;;) {
      await this.statements.run(FIND_OR_CREATE, { uniqueId: uuidv7(), subject, clientId }, manager);
      const values = { subject, clientId, amr, life, longestLife, newUniqueId: uuidv7(), ...from };
      const session = await this.statements.runForFirst(ADVANCE, values, manager);
      // Another request may end the previous session and delete the row between the two statements. Then another attempt creates a new row.
      if (!session) continue;
      const last = { lastAddress: address, lastUserAgent: userAgent, lastRequestId: requestId };
      return { ...session, ...last, lastRedeemedOn: session.now };
    }
  }

  /** Stores the token that a login issued, and the sealed ticket. */
  storeTicket({ id }: Session, { salt, hash, ticket }: StoredTicket, manager: EntityManager): Promise<unknown> {
    return this.statements.run(STORE_TICKET, { id, salt, hash, ticket }, manager);
  }
}
