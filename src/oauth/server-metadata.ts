import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ASSERTION_ALGORITHMS, SECRET_AND_KEY_METHODS } from './client-authentication/client-methods.js';
import { PROOF_ALGORITHMS } from '../proofs/proof-algorithms.js';

const url = (path: string): PropertyDecorator =>
  ApiProperty({ type: String, format: 'uri', example: `http://127.0.0.1:3000${path}` });
const list = (...example: string[]): PropertyDecorator => ApiProperty({ type: [String], example });

/** Authorization server metadata (RFC 8414, section 2). It lists only what this service supports. */
export class ServerMetadata {
  @url('')
  readonly issuer!: string;

  @url('/api/token')
  readonly token_endpoint!: string;

  @url('/.well-known/jwks.json')
  readonly jwks_uri!: string;

  @url('/api/token/revoke')
  readonly revocation_endpoint!: string;

  @url('/api/token/introspect')
  readonly introspection_endpoint!: string;

  @ApiPropertyOptional({
    type: String,
    format: 'uri',
    example: 'http://127.0.0.1:3000/docs',
    description: 'Absent if the documentation is turned off.',
  })
  readonly service_documentation?: string;

  @list('password', 'refresh_token')
  readonly grant_types_supported!: readonly string[];

  @list()
  readonly response_types_supported!: readonly string[];

  @list('none', ...SECRET_AND_KEY_METHODS)
  readonly token_endpoint_auth_methods_supported!: readonly string[];

  @list('ES256')
  readonly token_endpoint_auth_signing_alg_values_supported!: readonly string[];

  @list('none', ...SECRET_AND_KEY_METHODS)
  readonly revocation_endpoint_auth_methods_supported!: readonly string[];

  @list('ES256')
  readonly revocation_endpoint_auth_signing_alg_values_supported!: readonly string[];

  @list('Bearer', ...SECRET_AND_KEY_METHODS)
  readonly introspection_endpoint_auth_methods_supported!: readonly string[];

  @url('/api/token/globalrevocation')
  readonly global_token_revocation_endpoint!: string;

  @list('Bearer', 'client_secret_basic')
  readonly global_token_revocation_endpoint_auth_methods_supported!: readonly string[];

  @list('ES256')
  readonly introspection_endpoint_auth_signing_alg_values_supported!: readonly string[];

  @list(...PROOF_ALGORITHMS)
  readonly dpop_signing_alg_values_supported!: readonly string[];

  /**
   * The metadata of the server with this issuer URL and these grants. `hasDocumentation` says whether the server serves its documentation.
   */
  static of(issuer: string, grants: readonly string[], hasDocumentation: boolean): ServerMetadata {
    return {
      issuer,
      token_endpoint: `${issuer}/api/token`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      revocation_endpoint: `${issuer}/api/token/revoke`,
      introspection_endpoint: `${issuer}/api/token/introspect`,
      ...(hasDocumentation && { service_documentation: `${issuer}/docs` }),
      grant_types_supported: grants,
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['none', ...SECRET_AND_KEY_METHODS],
      token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
      revocation_endpoint_auth_methods_supported: ['none', ...SECRET_AND_KEY_METHODS],
      revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
      introspection_endpoint_auth_methods_supported: ['Bearer', ...SECRET_AND_KEY_METHODS],
      introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
      global_token_revocation_endpoint: `${issuer}/api/token/globalrevocation`,
      global_token_revocation_endpoint_auth_methods_supported: ['Bearer', 'client_secret_basic'],
      dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    };
  }
}
