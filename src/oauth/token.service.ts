import { Injectable } from '@nestjs/common';
import type { Grant, GrantParameters, TokenResponse } from './grants/grant.js';
import { PasswordGrant } from './grants/password.grant.js';
import { OAuthError } from './oauth-error.js';
import type { TokenRequest } from './token-request.js';

/** The token endpoint: finds the grant that a request names and hands it the parameters it declared. */
@Injectable()
export class TokenService {
  private readonly grants: ReadonlyMap<string, Grant>;

  constructor(password: PasswordGrant) {
    this.grants = new Map([password].map((grant: Grant) => [grant.name, grant]));
  }

  /** @throws OAuthError by RFC 6749, section 5.2 */
  async issue({ parameters, clientId }: TokenRequest): Promise<TokenResponse> {
    const grantType = parameters.get('grant_type');
    if (grantType === undefined) throw new OAuthError('invalid_request', 'The parameter grant_type is missing.');
    const grant = this.grants.get(grantType);
    if (!grant)
      throw new OAuthError(
        'unsupported_grant_type',
        `grant_type must be one of: ${[...this.grants.keys()].join(', ')}.`,
      );
    return grant.handle(declared(grant, parameters), { clientId });
  }
}

function declared({ required, optional }: Grant, parameters: ReadonlyMap<string, string>): GrantParameters {
  const missing = required.filter((name) => !parameters.has(name));
  if (missing.length > 0) throw new OAuthError('invalid_request', `Missing: ${missing.join(', ')}.`);
  return Object.fromEntries([...required, ...optional].map((name) => [name, parameters.get(name)]));
}
