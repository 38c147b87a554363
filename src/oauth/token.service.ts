import { Injectable } from '@nestjs/common';
import type { Grant, GrantParameters, TokenResponse } from './grants/grant.js';
import { PasswordGrant } from './grants/password.grant.js';
import { RefreshTokenGrant } from './grants/refresh-token.grant.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** The token endpoint: finds the grant that a request names and hands it the parameters it declared. */
@Injectable()
export class TokenService {
  private readonly grants: ReadonlyMap<string, Grant>;

  constructor(password: PasswordGrant, refreshToken: RefreshTokenGrant) {
    this.grants = new Map([password, refreshToken].map((grant: Grant) => [grant.name, grant]));
  }

  /** @throws AppError by RFC 6749, section 5.2 */
  async issue(request: OAuthRequest): Promise<TokenResponse> {
    const grant = this.grants.get(required(request, 'grant_type'));
    if (!grant) {
      throw oauthError('unsupported_grant_type', `grant_type must be one of: ${[...this.grants.keys()].join(', ')}.`);
    }
    // RFC 6749, section 3.3: who asks for a scope must be told when it is not granted, and there are none.
    if (request.parameters.has('scope'))
      throw oauthError('invalid_scope', 'This service knows no scopes: leave scope out.');
    return grant.handle(declared(grant, request), request);
  }
}

function declared({ required: needed, optional }: Grant, request: OAuthRequest): GrantParameters {
  const given = [
    ...needed.map((name) => [name, required(request, name)] as const),
    ...optional.map((name) => [name, request.parameters.get(name)] as const),
  ];
  return Object.fromEntries(given);
}
