import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import type { Origin } from '../kernel/origin.js';
import { BEGIN_LOGIN, PLAN_LOGIN, type Begun, type PlannedLogin } from './login.statements.js';
import type { TicketDigest } from './ticket-digest.js';

/** A sign-in of an authenticated user at a client. */
export interface NewLogin {
  readonly subject: string;
  /** The password hash that was checked. */
  readonly passwordHash: string;
  readonly clientId: string;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  readonly origin: Origin;
  /** What the user calls the device, if the client sends a name. */
  readonly deviceName: string | undefined;
}

/** The stored form of a token that a login issues, and the sealed ticket. */
export interface StoredTicket extends TicketDigest {
  readonly ticket: string;
}

/** The rows of the sessions that logins begin. */
@Injectable()
export class LoginsRepository {
  constructor(
    private readonly statements: StatementsService,
    private readonly settings: Settings,
  ) {}

  /** Plans a login on the existing row of this user and client, or on a new row. */
  plan({ subject, clientId }: NewLogin): Promise<PlannedLogin> {
    return this.statements.runForOne(PLAN_LOGIN, { subject, clientId, newUniqueId: uuidv7() });
  }

  /** Begins a planned login, and writes its event. */
  begin(
    { subject, passwordHash, clientId, amr, origin, deviceName }: NewLogin,
    planned: PlannedLogin,
    { salt, hash, ticket }: StoredTicket,
  ): Promise<Begun> {
    const { REFRESH_TOKEN_TTL: life, REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    const { address: fromAddress, userAgent: fromAgent, requestId: fromRequest } = origin;
    const from = { fromAddress, fromAgent, fromRequest, deviceName };
    const act = actValues({ kind: 'login', actor: { name: subject, origin }, reason: amr.join(' ') });
    const login = { subject, passwordHash, clientId, amr: [...amr], life, longestLife, salt, hash, ticket };
    return this.statements.runForOne(BEGIN_LOGIN, { ...login, ...planned, ...from, ...act });
  }
}
