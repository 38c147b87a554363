import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { Grant, GrantParameters, TokenResponse } from './grants/grant.js';
import { PasswordGrant } from './grants/password.grant.js';
import { RefreshTokenGrant } from './grants/refresh-token.grant.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** The token endpoint: selects the grant that the request names, and passes it the parameters that the grant declared. */
@Injectable()
export class TokenService {
  private readonly grants: ReadonlyMap<string, Grant>;

  constructor(
    password: PasswordGrant,
    refreshToken: RefreshTokenGrant,
    private readonly settings: Settings,
  ) {
    this.grants = new Map([password, refreshToken].map((grant: Grant) => [grant.name, grant]));
  }

  /** @throws AppError by RFC 6749, section 5.2 */
  async issue(request: OAuthRequest): Promise<TokenResponse> {
    const grant = this.grants.get(required(request.parameters, 'grant_type'));
    if (!grant) {
      throw oauthError('unsupported_grant_type', `grant_type must be one of: ${[...this.grants.keys()].join(', ')}.`);
    }
    const isScopeRequested = request.parameters.has('scope');
    if (isScopeRequested && this.settings.REQUESTED_SCOPE === 'refuse') {
      throw oauthError('invalid_scope', 'This service grants no scopes: leave scope out.');
    }
    const response = await grant.handle(declared(grant, request), request);
    // The response must name the scope if the scope differs from the requested scope (RFC 6749, section 3.3).
    return isScopeRequested ? Object.assign(response, { scope: '' as const }) : response;
  }
}

function declared({ required: needed, optional }: Grant, request: OAuthRequest): GrantParameters {
  const given = [
    ...needed.map((name) => [name, required(request.parameters, name)] as const),
    ...optional.map((name) => [name, request.parameters.get(name)] as const),
  ];
  return Object.fromEntries(given);
}
