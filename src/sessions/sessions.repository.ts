import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import { StatementsService } from '../database/statements.service.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import type { SignedPower } from '../users/user-seals.service.js';
import type { EndedRow, RevivedSession } from './ended-session.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type {
  ConfirmingUser,
  CurrentSession,
  EarlierSessionsOf,
  ListedSession,
  SessionDevice,
  SessionsOf,
} from './session.js';
import { sessionPolicyOf, type SessionPolicy } from './session-lives.js';
import {
  CLIENT_OF,
  COUNT_BY_IDS,
  CURRENT,
  END_ALL,
  END_BY_IDS,
  END_OF_ACCESS_TOKEN,
  END_REVOKED,
  ESTIMATE,
  OF_ANOTHER_CLIENT,
  PRINCIPALS,
  REVIVED,
  SESSION_DEVICE,
  SESSIONS_OF,
} from './session.statements.js';

/**
 * Finds and ends the sessions of a user or a token. The table `refresh_tokens` has one repository for each use of its rows:
 * `LoginsRepository` begins sessions, `RedemptionsRepository` redeems their tokens, `SessionEndingsRepository` ends many sessions, and
 * `RefreshTokensRepository` has the records that the API shows.
 */
@Injectable()
export class SessionsRepository {
  private readonly policy: SessionPolicy;
  private readonly principals = new Batched((tokens: readonly AccessTokenReference[]) => this.usersOf(tokens));

  constructor(
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.policy = sessionPolicyOf(settings);
  }

  /**
   * The enabled user of a live session and a live access token. Concurrent calls share a statement. The row may have been written outside
   * the service.
   */
  userOf(token: AccessTokenReference): Promise<ConfirmingUser | undefined> {
    return this.principals.get(token);
  }

  /** The live session whose current token this is, and its enabled user, whose row may have been written outside the service. */
  current(
    { id, uniqueId, generation }: RefreshTokenClaims,
    token: string,
  ): Promise<(CurrentSession & SignedPower) | undefined> {
    return this.statements.runForFirst(CURRENT, { id, uniqueId, generation, token, ...this.policy });
  }

  /** The device of a session; undefined when the session has ended. */
  device(uniqueId: string): Promise<SessionDevice | undefined> {
    return this.statements.runForFirst(SESSION_DEVICE, { uniqueId });
  }

  /** The sessions of a user, oldest first. The subject is in lower case. */
  list({ subject, clientId }: SessionsOf): Promise<ListedSession[]> {
    return this.statements.run(SESSIONS_OF, { subject, clientId });
  }

  /** Ends the sessions of a user and returns them. The subject is in lower case. */
  endAll(
    { subject, clientId, issuedBefore }: EarlierSessionsOf,
    act: AuditAct,
    manager?: EntityManager,
  ): Promise<EndedRow[]> {
    return this.statements.run(END_ALL, { subject, clientId, issuedBefore, ...actValues(act) }, manager);
  }

  /** Counts the sessions of the records with these ids. */
  async countByIds(ids: readonly number[], manager: EntityManager): Promise<number> {
    return (await this.statements.runForOne(COUNT_BY_IDS, { ids }, manager)).count;
  }

  /** Ends the sessions of the records with these ids, and returns them. */
  endByIds(ids: readonly number[], act: AuditAct, manager: EntityManager): Promise<EndedRow[]> {
    return this.statements.run(END_BY_IDS, { ids, ...actValues(act) }, manager);
  }

  /**
   * Ends the session of a refresh token that its client revokes. Without a client, the client of the token counts. None when there is no
   * such session.
   */
  endRevoked(
    { id, uniqueId, generation }: RefreshTokenClaims,
    clientId: string | undefined,
    act: AuditAct,
  ): Promise<EndedRow[]> {
    return this.statements.run(END_REVOKED, { id, uniqueId, generation, clientId, ...actValues(act) });
  }

  /** The client of the session of a refresh token; undefined when there is no such session. */
  async clientOf({ id, uniqueId }: RefreshTokenClaims): Promise<string | undefined> {
    return (await this.statements.runForFirst(CLIENT_OF, { id, uniqueId }))?.clientId;
  }

  /** Whether the session of a refresh token exists and belongs to another client. */
  async isOfAnotherClient({ id, uniqueId }: RefreshTokenClaims, clientId: string): Promise<boolean> {
    return (await this.statements.runForCount(OF_ANOTHER_CLIENT, { id, uniqueId, clientId })) > 0;
  }

  /** Ends the session of an access token that has not expired. */
  endOfAccessToken({ uniqueId, subject, clientId, expires }: AccessTokenReference, act: AuditAct): Promise<EndedRow[]> {
    return this.statements.run(END_OF_ACCESS_TOKEN, { uniqueId, subject, clientId, expires, ...actValues(act) });
  }

  /** The first thousand ended sessions whose rows were put back into the database, by the ids of their records. */
  revived(): Promise<RevivedSession[]> {
    return this.statements.run(REVIVED, {});
  }

  /** The number of sessions as PostgreSQL last estimated it; no row before PostgreSQL has analysed the table. */
  estimate(): Promise<{ readonly value: number }[]> {
    return this.statements.run(ESTIMATE, {});
  }

  private async usersOf(tokens: readonly AccessTokenReference[]): Promise<(ConfirmingUser | undefined)[]> {
    return inOrderOf(tokens, await this.statements.run(PRINCIPALS, { batch: tokens, ...this.policy }));
  }
}
