import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import type { ClientPolicy } from '../clients/registered-client.js';
import { StatementsService } from '../database/statements.service.js';
import type { Origin } from '../kernel/origin.js';
import type { Settlement } from '../users/guess-limits.repository.js';
import type { ReservedRow, SignInGuess } from '../users/guess-limits.statements.js';
import { END_CUT } from './cutoff.statements.js';
import { TOO_MANY_OF_USER, type CutRow, type EndedRow } from './ended-session.js';
import { BEGIN_LOGIN, PLAN_LOGIN, RESERVE_LOGIN, type Begun, type PlannedLogin } from './login.statements.js';
import { livesOf, shortestLives, type SessionLives } from './session-lives.js';
import {
  BEGIN_LOGIN_BESIDE,
  END_BESIDE,
  END_BEYOND,
  LOCK_USER,
  PLAN_LOGIN_BESIDE,
} from './several-sessions.statements.js';
import type { TicketDigest } from './ticket-digest.js';

/** A sign-in of an authenticated user at a client. */
export interface NewLogin {
  readonly subject: string;
  /** The rights of the user, which may shorten the session. */
  readonly rights: { readonly isAdministrator: boolean; readonly roles: readonly string[] };
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
  /** How the guess at the password is settled; undefined when it is settled already, or there was none. */
  readonly settlement?: Settlement | undefined;
}

/** Nothing to settle. */
const SETTLED: Settlement = { right: [], returned: [], at: 0 };

/** A counted attempt to sign in, with the user, and the plan of the login if the same statement could make it. */
interface CountedAttempt {
  readonly counted: ReservedRow;
  readonly planned: PlannedLogin | undefined;
}

/** The stored form of a token that a login issues, and the sealed ticket. */
export interface StoredTicket extends TicketDigest {
  readonly ticket: string;
}

/** What a login did. */
interface BegunLogin extends Begun {
  /** The sessions that it ended, because the user had too many at the client, and at all clients together. */
  readonly ended: readonly EndedRow[];
  readonly endedBeyond: readonly EndedRow[];
}

/** The rows of the sessions that logins begin. */
@Injectable()
export class LoginsRepository {
  private readonly lives: SessionLives;
  /** How many sessions a user may have at all clients together; 0 means any number. */
  private readonly most: number;

  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
    settings: Settings,
  ) {
    this.lives = livesOf(settings);
    this.most = settings.MAX_SESSIONS_PER_USER;
  }

  /** Counts a sign-in at a client as a guess, reads the user and, if there is one row for the login, plans the login. */
  async count(guess: SignInGuess, clientId: string | undefined): Promise<CountedAttempt> {
    const rows = await this.statements.run(RESERVE_LOGIN, { ...guess, clientId });
    const [first] = rows;
    if (!first) throw new Error('The sign-in was not counted.');
    const { plannedId: id, earlierUniqueId, generation, authTime, isCut, ...counted } = first;
    if (rows.length > 1 || id === null) return { counted, planned: undefined };
    return { counted, planned: { id, uniqueId: earlierUniqueId, earlierUniqueId, generation, authTime, isCut } };
  }

  /**
   * Plans a login: on the existing row of this user and client, or on a new row. If the client has several sessions for each user, the row
   * is always new. Several plans mean that there are several rows, and only one may stay. A plan that was made with the count of the attempt
   * is taken, if it fits.
   */
  async plan(
    { subject, clientId, policy }: NewLogin,
    known?: PlannedLogin,
  ): Promise<readonly [PlannedLogin, ...PlannedLogin[]]> {
    const newUniqueId = uuidv7();
    if (policy.sessionsPerUser > 1) return [await this.statements.runForOne(PLAN_LOGIN_BESIDE, { newUniqueId })];
    if (known) return [known];
    const [first, ...others] = await this.statements.run(PLAN_LOGIN, { subject, clientId, newUniqueId });
    if (!first) throw new Error('The login was not planned.');
    return [first, ...others];
  }

  /**
   * Begins a planned login, and writes its event. It returns the sessions that it ended, because the user had too many. If the sessions of users are
   * limited, the sign-ins of a user wait for each other: each is a transaction that locks the user.
   */
  begin(login: NewLogin, planned: PlannedLogin, stored: StoredTicket): Promise<BegunLogin> {
    if (this.most === 0) return this.beginOne(login, planned, stored);
    const { subject, origin } = login;
    const act = { kind: 'session-ended', actor: { name: subject, origin }, reason: TOO_MANY_OF_USER } as const;
    return this.dataSource.transaction(async (manager) => {
      await this.statements.run(LOCK_USER, { subject }, manager);
      const begun = await this.beginOne(login, planned, stored, manager);
      if (!begun.hasBegun) return begun;
      const beyond = { id: planned.id, subject, most: this.most, ...this.lives, ...actValues(act) };
      return { ...begun, endedBeyond: await this.statements.run(END_BEYOND, beyond, manager) };
    });
  }

  private async beginOne(
    { subject, passwordHash, clientId, amr, origin, policy, rights, deviceName, jkt, settlement }: NewLogin,
    planned: PlannedLogin,
    { salt, hash, ticket }: StoredTicket,
    manager?: EntityManager,
  ): Promise<BegunLogin> {
    const { sessionsPerUser: most } = policy;
    const limit = shortestLives(this.lives, rights);
    const life = Math.min(policy.refreshTokenTtl, limit.life);
    const longestLife = Math.min(policy.refreshTokenMaxAge, limit.longestLife);
    const { address: fromAddress, userAgent: fromAgent, requestId: fromRequest } = origin;
    const from = { fromAddress, fromAgent, fromRequest, deviceName };
    const act = actValues({ kind: 'login', actor: { name: subject, origin }, reason: amr.join(' ') });
    const login = { subject, passwordHash, clientId, amr: [...amr], life, longestLife, salt, hash, ticket, jkt };
    const values = { ...login, ...planned, ...from, ...act, ...(settlement ?? SETTLED) };
    const begun =
      most > 1
        ? await this.statements.runForOne(BEGIN_LOGIN_BESIDE, { ...values, most }, manager)
        : { ended: [], ...(await this.statements.runForOne(BEGIN_LOGIN, values, manager)) };
    return { ...begun, endedBeyond: [] };
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
