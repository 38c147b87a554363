import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ProofsService } from '../proofs/proofs.service.js';
import { AdmissionsService } from './admissions.service.js';
import type { Grant, TokenResponse } from './grants/grant.js';
import { GrantsService } from './grants/grants.service.js';
import { oauthError } from './oauth-error.js';
import { required, type OAuthRequest } from './oauth-form.js';

/** The token endpoint: selects the grant that the request names, and passes it the parameters that the grant declared. */
@Injectable()
export class TokenService {
  constructor(
    private readonly grants: GrantsService,
    private readonly admissions: AdmissionsService,
    private readonly proofs: ProofsService,
    private readonly settings: Settings,
  ) {}

  /** @throws AppError by RFC 6749, section 5.2, or RFC 9449, section 5 */
  async issue(request: OAuthRequest): Promise<TokenResponse> {
    const grant = this.grants.get(required(request.parameters, 'grant_type'));
    if (!grant) {
      throw oauthError('unsupported_grant_type', `grant_type must be one of: ${this.grants.names().join(', ')}.`);
    }
    const isScopeRequested = request.parameters.has('scope');
    if (isScopeRequested && this.settings.REQUESTED_SCOPE === 'refuse') {
      throw oauthError('invalid_scope', 'This service grants no scopes: leave scope out.');
    }
    await this.admissions.demand(request, grant);
    const parameters = declared(grant, request);
    const jkt = request.proof && (await this.proofs.keyOf(request.proof));
    const response = await grant.handle(parameters, jkt === undefined ? request : { ...request, jkt });
    // The response must name the scope if the scope differs from the requested scope (RFC 6749, section 3.3).
    return isScopeRequested ? Object.assign(response, { scope: '' as const }) : response;
  }
}

function declared({ parameters }: Grant, request: OAuthRequest): Record<string, string | undefined> {
  const given = Object.entries(parameters).map(([name, parameter]) => [
    name,
    parameter.required ? required(request.parameters, name) : request.parameters.get(name),
  ]);
  return Object.fromEntries(given) as Record<string, string | undefined>;
}
