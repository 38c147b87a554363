import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { askedValues, inPlaces, type Placed } from '../database/asked.js';
import { Statements } from '../database/statements.js';
import { Batched } from '../kernel/batched.js';
import type { AccessTokenReference } from '../signing-keys/access-tokens.js';
import { Confirmations } from './confirmations.js';
import { PRINCIPALS } from './session.statements.js';

/** The user of a live session, as access control needs them. */
export interface SessionUser {
  readonly email: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

interface ConfirmingUser extends SessionUser {
  /** The generation that the access token confirms; null when there is nothing to confirm. */
  readonly unconfirmed: number | null;
}

/** Finds whom access tokens speak for. */
@Injectable()
export class SessionPrincipals {
  private readonly queries = new Batched((tokens: readonly AccessTokenReference[]) => this.usersOf(tokens));

  constructor(
    private readonly statements: Statements,
    private readonly confirmations: Confirmations,
    private readonly settings: Settings,
  ) {}

  /**
   * The enabled user of a session that lives, while the access token does too. That confirms the refresh token that came with it: the
   * client has both.
   */
  async userOf(token: AccessTokenReference): Promise<SessionUser | undefined> {
    const user = await this.queries.get(token);
    if (user && user.unconfirmed !== null)
      this.confirmations.note({ uniqueId: token.uniqueId, generation: user.unconfirmed });
    return user;
  }

  private async usersOf(tokens: readonly AccessTokenReference[]): Promise<(ConfirmingUser | undefined)[]> {
    const each = tokens.map(({ uniqueId, subject, clientId, expires, generation }) => {
      return [uniqueId, subject, clientId, expires, generation];
    });
    const values = [...askedValues(each), this.settings.REFRESH_TOKEN_MAX_AGE];
    return inPlaces(tokens, await this.statements.run<Placed<ConfirmingUser>>(PRINCIPALS, values));
  }
}
