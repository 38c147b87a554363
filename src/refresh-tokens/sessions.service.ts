import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { askedValues, inPlaces, type Placed } from '../database/asked.js';
import { Statements } from '../database/statements.js';
import { AppError } from '../kernel/app-error.js';
import { Batched } from '../kernel/batched.js';
import type { Actor } from '../kernel/origin.js';
import type { AccessTokenReference } from '../signing-keys/access-tokens.js';
import type { SignedPower } from '../users/user-seals.js';
import { UsersService } from '../users/users.service.js';
import type { RefreshTokenClaims } from './refresh-token-codec.js';
import { RefreshToken } from './refresh-token.entity.js';
import type { Session } from './session.js';
import { CURRENT, END_ALL, END_OF_ACCESS_TOKEN, END_REVOKED, PRINCIPALS } from './session.statements.js';
import { Tickets } from './tickets.js';

/** The user of a live session, as access control needs them. */
export interface SessionUser {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** A session whose refresh token can be redeemed now. */
export interface CurrentSession extends Session {
  readonly rotatedOn: Date;
  readonly expiresOn: Date;
  readonly protectedTicket: string;
}

/** Sessions of a user; without a client, at every client. */
export interface SessionsOf {
  readonly subject: string;
  readonly clientId?: string | undefined;
}

/** Finds and ends sessions. An ended session is a deleted row and an audit event, in one statement. */
@Injectable()
export class SessionsService implements OnModuleInit {
  private readonly principals = new Batched((tokens: readonly AccessTokenReference[]) => this.usersOf(tokens));

  constructor(
    @InjectRepository(RefreshToken) private readonly tokens: Repository<RefreshToken>,
    private readonly statements: Statements,
    private readonly users: UsersService,
    private readonly tickets: Tickets,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.users.onSignOut(async (subject, reason, actor, manager) => {
      await this.endAll({ subject }, { reason, actor, manager });
    });
  }

  /** The sessions of a user, oldest first. */
  list({ subject, clientId }: SessionsOf): Promise<RefreshToken[]> {
    const where = { subject: subject.toLowerCase(), issued: true, ...(clientId !== undefined && { clientId }) };
    return this.tokens.find({ where, order: { id: 'ASC' } });
  }

  /** Ends the sessions of a user and says how many there were. */
  async endAll(
    { subject, clientId }: SessionsOf,
    { reason, actor, manager }: { reason: string; actor: Actor; manager?: EntityManager },
  ): Promise<number> {
    const act = actValues({ kind: 'session-ended', actor, reason });
    const ended = await this.statements.run(END_ALL, [subject.toLowerCase(), clientId ?? null, ...act], manager);
    return ended.length;
  }

  /** Ends the session of a refresh token that its client revokes; what is over already stays so (RFC 7009, section 2.2). */
  async revoke(
    { id, uniqueId, generation }: RefreshTokenClaims,
    clientId: string | undefined,
    actor: Actor,
  ): Promise<void> {
    const act = actValues({ kind: 'session-ended', actor, reason: 'revoked' });
    const ended = await this.statements.run(END_REVOKED, [id, uniqueId, generation, clientId, ...act]);
    if (ended.length === 0 && (await this.belongsToAnother(id, uniqueId, clientId))) {
      throw new AppError('invalid_grant', 400, 'The token was not issued to this client.');
    }
  }

  /** Ends the session of an access token that its client revokes. */
  async revokeByAccessToken(token: AccessTokenReference, actor: Actor): Promise<void> {
    const { uniqueId, subject, clientId, expires } = token;
    const act = actValues({ kind: 'session-ended', actor, reason: 'revoked' });
    await this.statements.run(END_OF_ACCESS_TOKEN, [uniqueId, subject, clientId, expires, ...act]);
  }

  /** The enabled user of a session that lives, while the access token does too. */
  userOf(token: AccessTokenReference): Promise<SessionUser | undefined> {
    return this.principals.get(token);
  }

  /** The session whose current token this is; undefined when it is out of use, expired, or its sealed ticket was tampered with. */
  async current({ id, uniqueId, generation }: RefreshTokenClaims, token: string): Promise<CurrentSession | undefined> {
    const values = [id, uniqueId, generation, token, this.settings.REFRESH_TOKEN_MAX_AGE];
    const [session] = await this.statements.run<CurrentSession & SignedPower & Record<string, unknown>>(
      CURRENT,
      values,
    );
    return session && this.users.admits(session) && (await this.tickets.isOf(session, session.protectedTicket))
      ? session
      : undefined;
  }

  private async usersOf(tokens: readonly AccessTokenReference[]): Promise<(SessionUser | undefined)[]> {
    const each = tokens.map(({ uniqueId, subject, clientId, expires }) => [uniqueId, subject, clientId, expires]);
    const values = [...askedValues(each), this.settings.REFRESH_TOKEN_MAX_AGE];
    const users = await this.statements.run<Placed<SignedPower>>(PRINCIPALS, values);
    return inPlaces<SessionUser>(
      tokens,
      users.filter((user) => this.users.admits(user)),
    );
  }

  private belongsToAnother(id: number, uniqueId: string, clientId: string | undefined): Promise<boolean> {
    const other = this.tokens.createQueryBuilder('t').where({ id, uniqueId, issued: true });
    return other.andWhere('t.client_id <> coalesce(:clientId, t.subject)', { clientId: clientId ?? null }).getExists();
  }
}
