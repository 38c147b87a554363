import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import type { ClientPolicy } from '../clients/registered-client.js';
import { StatementsService } from '../database/statements.service.js';
import type { Origin } from '../kernel/origin.js';
import { END_CUT } from './cutoff.statements.js';
import type { CutRow, EndedRow } from './ended-session.js';
import { BEGIN_LOGIN, PLAN_LOGIN, type PlannedLogin } from './login.statements.js';
import { BEGIN_LOGIN_BESIDE, END_BESIDE, PLAN_LOGIN_BESIDE, type BegunBeside } from './several-sessions.statements.js';
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
  /** How long the session lives. */
  readonly policy: ClientPolicy;
  /** The thumbprint of the key to which the session is bound (RFC 9449, section 5); undefined when it is not bound. */
  readonly jkt?: string | undefined;
}

/** The stored form of a token that a login issues, and the sealed ticket. */
export interface StoredTicket extends TicketDigest {
  readonly ticket: string;
}

/** The rows of the sessions that logins begin. */
@Injectable()
export class LoginsRepository {
  constructor(private readonly statements: StatementsService) {}

  /**
   * Plans a login: on the existing row of this user and client, or on a new row. If the client has several sessions for each user, the row
   * is always new. Several plans mean that there are several rows, and only one may stay.
   */
  async plan({ subject, clientId, policy }: NewLogin): Promise<readonly [PlannedLogin, ...PlannedLogin[]]> {
    const newUniqueId = uuidv7();
    if (policy.sessionsPerUser > 1) return [await this.statements.runForOne(PLAN_LOGIN_BESIDE, { newUniqueId })];
    const [first, ...others] = await this.statements.run(PLAN_LOGIN, { subject, clientId, newUniqueId });
    if (!first) throw new Error('The login was not planned.');
    return [first, ...others];
  }

  /** Begins a planned login, and writes its event. It returns the sessions that it ended, because the user had too many. */
  async begin(
    { subject, passwordHash, clientId, amr, origin, policy, deviceName, jkt }: NewLogin,
    planned: PlannedLogin,
    { salt, hash, ticket }: StoredTicket,
  ): Promise<BegunBeside> {
    const { refreshTokenTtl: life, refreshTokenMaxAge: longestLife, sessionsPerUser: most } = policy;
    const { address: fromAddress, userAgent: fromAgent, requestId: fromRequest } = origin;
    const from = { fromAddress, fromAgent, fromRequest, deviceName };
    const act = actValues({ kind: 'login', actor: { name: subject, origin }, reason: amr.join(' ') });
    const login = { subject, passwordHash, clientId, amr: [...amr], life, longestLife, salt, hash, ticket, jkt };
    if (most > 1) return this.statements.runForOne(BEGIN_LOGIN_BESIDE, { ...login, ...planned, ...from, ...act, most });
    const begun = await this.statements.runForOne(BEGIN_LOGIN, { ...login, ...planned, ...from, ...act });
    return { ...begun, ended: [] };
  }

  /** Deletes the row on which a login would begin, if a cutoff ended its session. */
  endCut({ id, earlierUniqueId }: PlannedLogin): Promise<CutRow[]> {
    return this.statements.run(END_CUT, { id, uniqueId: earlierUniqueId });
  }

  /** Ends the other sessions of a user at a client, and returns them. */
  endOthers({ id }: PlannedLogin, { subject, clientId }: NewLogin, act: AuditAct): Promise<EndedRow[]> {
    return this.statements.run(END_BESIDE, { id, subject, clientId, ...actValues(act) });
  }
}
