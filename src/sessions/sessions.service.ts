import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { actValues } from '../audit/audited.js';
import { StatementsService } from '../database/statements.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { AccessTokenReference } from '../signing-keys/access-tokens.service.js';
import { UsersService } from '../users/users.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { ListedSession } from './session.js';
import { END_ALL, END_OF_ACCESS_TOKEN, END_REVOKED, OF_ANOTHER_CLIENT, SESSIONS_OF } from './session.statements.js';

/** Sessions of a user; without a client, at every client. */
export interface SessionsOf {
  readonly subject: string;
  readonly clientId?: string | undefined;
}

/** Finds and ends sessions. One statement deletes the row of a session and writes the audit event. */
@Injectable()
export class SessionsService implements OnModuleInit {
  constructor(
    private readonly statements: StatementsService,
    private readonly users: UsersService,
  ) {}

  onModuleInit(): void {
    this.users.onSignOut(async (subject, reason, actor, manager) => {
      await this.endAll({ subject }, { reason, actor, manager });
    });
  }

  /** The sessions of a user, oldest first. */
  list({ subject, clientId }: SessionsOf): Promise<ListedSession[]> {
    return this.statements.run(SESSIONS_OF, { subject: subject.toLowerCase(), clientId });
  }

  /** Ends the sessions of a user and returns how many it ended. */
  async endAll(
    { subject, clientId }: SessionsOf,
    { reason, actor, manager }: { reason: string; actor: Actor; manager?: EntityManager },
  ): Promise<number> {
    const act = actValues({ kind: 'session-ended', actor, reason });
    const ended = await this.statements.run(END_ALL, { subject: subject.toLowerCase(), clientId, ...act }, manager);
    return ended.length;
  }

  /**
   * Ends the session of a refresh token that its client revokes. If the session has already ended, nothing happens (RFC 7009, section 2.2).
   * Without a client, the client of the token counts.
   * @throws AppError invalid_grant when the token belongs to another client
   */
  async revoke(
    { id, uniqueId, generation }: RefreshTokenClaims,
    clientId: string | undefined,
    actor: Actor,
  ): Promise<void> {
    const act = actValues({ kind: 'session-ended', actor, reason: 'revoked' });
    const ended = await this.statements.run(END_REVOKED, { id, uniqueId, generation, clientId, ...act });
    const isForeign = ended.length === 0 && clientId !== undefined;
    if (isForeign && (await this.belongsToAnother(id, uniqueId, clientId))) {
      throw new AppError('invalid_grant', 400, 'The token was not issued to this client.');
    }
  }

  /** Ends the session of an access token that its client revokes. */
  async revokeByAccessToken(token: AccessTokenReference, actor: Actor): Promise<void> {
    const { uniqueId, subject, clientId, expires } = token;
    const act = actValues({ kind: 'session-ended', actor, reason: 'revoked' });
    await this.statements.run(END_OF_ACCESS_TOKEN, { uniqueId, subject, clientId, expires, ...act });
  }

  private async belongsToAnother(id: number, uniqueId: string, clientId: string): Promise<boolean> {
    return (await this.statements.run(OF_ANOTHER_CLIENT, { id, uniqueId, clientId })).length > 0;
  }
}
