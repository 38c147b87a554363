import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { AccessTokenReference } from '../signing-keys/access-tokens.service.js';
import { UsersService } from '../users/users.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { RevivedSession } from './ended-session.js';
import type { ListedSession, SessionsOf } from './session.js';
import { SessionsRepository } from './sessions.repository.js';

/** Finds and ends sessions. One statement deletes the row of a session and writes the audit event. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersService,
  ) {}

  onModuleInit(): void {
    this.users.onSignOut(async (subject, reason, actor, manager) => {
      await this.endAll({ subject }, { reason, actor, manager });
    });
  }

  /** The sessions of a user, oldest first. */
  list({ subject, clientId }: SessionsOf): Promise<ListedSession[]> {
    return this.sessions.list({ subject: subject.toLowerCase(), clientId });
  }

  /** Ends the sessions of a user and returns how many it ended. */
  endAll(
    { subject, clientId }: SessionsOf,
    { reason, actor, manager }: { reason: string; actor: Actor; manager?: EntityManager },
  ): Promise<number> {
    const act = { kind: 'session-ended', actor, reason } as const;
    return this.sessions.endAll({ subject: subject.toLowerCase(), clientId }, act, manager);
  }

  /**
   * Ends the session of a refresh token that its client revokes. If the session has already ended, nothing happens (RFC 7009, section 2.2).
   * Without a client, the client of the token counts.
   * @throws AppError invalid_grant when the token belongs to another client
   */
  async revoke(claims: RefreshTokenClaims, clientId: string | undefined, actor: Actor): Promise<void> {
    const hasEnded = await this.sessions.endRevoked(claims, clientId, revocation(actor));
    if (hasEnded || clientId === undefined) return;
    if (await this.sessions.isOfAnotherClient(claims, clientId)) {
      throw new AppError('invalid_grant', 400, 'The token was not issued to this client.');
    }
  }

  /** Ends the session of an access token that its client revokes. */
  async revokeByAccessToken(token: AccessTokenReference, actor: Actor): Promise<void> {
    await this.sessions.endOfAccessToken(token, revocation(actor));
  }

  /** The first thousand ended sessions whose rows were put back into the database, by the ids of their records. */
  revived(): Promise<RevivedSession[]> {
    return this.sessions.revived();
  }
}

function revocation(actor: Actor): AuditAct {
  return { kind: 'session-ended', actor, reason: 'revoked' };
}
