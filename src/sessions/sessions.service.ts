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

/** Finds and ends sessions. An ended session is a deleted row and an audit event, in one statement. */
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

  /** Ends the sessions of a user and says how many there were. */
  endAll(
    { subject, clientId }: SessionsOf,
    { reason, actor, manager }: { reason: string; actor: Actor; manager?: EntityManager },
  ): Promise<number> {
    const act = { kind: 'session-ended', actor, reason } as const;
    return this.sessions.endAll({ subject: subject.toLowerCase(), clientId }, act, manager);
  }

  /**
   * Ends the session of a refresh token that its client revokes; one that has ended already stays so (RFC 7009, section 2.2). Without a
   * client it is revoked by its own. @throws AppError invalid_grant for a token of another client than this one
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

  /** The first thousand sessions that were put back into the database after they had ended, by id of their records. */
  revived(): Promise<RevivedSession[]> {
    return this.sessions.revived();
  }
}

function revocation(actor: Actor): AuditAct {
  return { kind: 'session-ended', actor, reason: 'revoked' };
}
