import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import { UsersService } from '../users/users.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { RevivedSession } from './ended-session.js';
import type { ListedSession, SessionsOf } from './session.js';
import { SessionNoticesService } from './session-notices.service.js';
import { SessionsRepository } from './sessions.repository.js';

/** Finds and ends sessions. One statement deletes the row of a session and writes the audit event. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UsersService,
    private readonly notices: SessionNoticesService,
  ) {}

  onModuleInit(): void {
    this.users.onSignOut(async (subject, reason, actor, manager) => {
      const act = { kind: 'session-ended', actor, reason } as const;
      this.notices.ended(await this.sessions.endAll({ subject }, act, manager), act, manager);
      return () => {
        this.notices.committed(manager);
      };
    });
  }

  /** The sessions of a user, oldest first. */
  list({ subject, clientId }: SessionsOf): Promise<ListedSession[]> {
    return this.sessions.list({ subject: subject.toLowerCase(), clientId });
  }

  /** The client of the session of a refresh token; undefined when there is no such session. */
  clientOf(claims: RefreshTokenClaims): Promise<string | undefined> {
    return this.sessions.clientOf(claims);
  }

  /** Ends the sessions of a user and returns how many it ended. */
  async endAll(
    { subject, clientId }: SessionsOf,
    { reason, actor }: { reason: string; actor: Actor },
  ): Promise<number> {
    const act = { kind: 'session-ended', actor, reason } as const;
    const ended = await this.sessions.endAll({ subject: subject.toLowerCase(), clientId }, act);
    this.notices.ended(ended, act);
    return ended.length;
  }

  /**
   * Ends the session of a refresh token that its client revokes. If the session has already ended, nothing happens (RFC 7009, section 2.2).
   * Without a client, the client of the token counts.
   * @throws AppError invalid_grant when the token belongs to another client
   */
  async revoke(claims: RefreshTokenClaims, clientId: string | undefined, actor: Actor): Promise<void> {
    const act = revocation(actor);
    const ended = await this.sessions.endRevoked(claims, clientId, act);
    this.notices.ended(ended, act);
    if (ended.length > 0 || clientId === undefined) return;
    if (await this.sessions.isOfAnotherClient(claims, clientId)) {
      throw new AppError('invalid_grant', 400, 'The token was not issued to this client.');
    }
  }

  /** Ends the session of an access token that its client revokes. */
  async revokeByAccessToken(token: AccessTokenReference, actor: Actor): Promise<void> {
    const act = revocation(actor);
    this.notices.ended(await this.sessions.endOfAccessToken(token, act), act);
  }

  /** The first thousand ended sessions whose rows were put back into the database, by the ids of their records. */
  revived(): Promise<RevivedSession[]> {
    return this.sessions.revived();
  }
}

function revocation(actor: Actor): AuditAct {
  return { kind: 'session-ended', actor, reason: 'revoked' };
}
