import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Origin } from '../../kernel/origin.js';
import { PlugIn } from '../../plug-ins/plug-in.js';

/**
 * A parameter of a grant, in addition to `grant_type`, `client_id` and `scope`, which every grant has.
 * @publicApi
 */
export interface GrantParameter {
  /** What the parameter is, in a sentence, for the OpenAPI document. */
  readonly description: string;
  /** Whether a request without the parameter is refused. */
  readonly required?: boolean;
  /** Whether Swagger UI hides what is typed. */
  readonly secret?: boolean;
  readonly example?: string;
}

/**
 * The parameters of a grant by their names.
 * @publicApi
 */
export type GrantParameters = Readonly<Record<string, GrantParameter>>;

/**
 * The values of a grant's parameters, each given at most once and not empty. Other parameters of the request do not reach the grant.
 * @publicApi
 */
export type GivenParameters<Parameters extends GrantParameters> = {
  readonly [Name in keyof Parameters]: Parameters[Name] extends { readonly required: true }
    ? string
    : string | undefined;
};

/**
 * A request to the token endpoint, in addition to the parameters of its grant.
 * @publicApi
 */
export interface GrantRequest {
  /** The client that the request names by header, parameter or HTTP Basic; undefined when the request names no client. */
  readonly clientId: string | undefined;
  /** What the client calls the device of the user, as the parameter `device_name` says. The beginning of a session checks it. */
  readonly deviceName?: string | undefined;
  /** The audiences for which the request wants an access token (RFC 8707). The service has checked that the client may have them, if the request names it. */
  readonly resources?: readonly string[];
  readonly origin: Origin;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
  /**
   * The thumbprint of the key of the request's DPoP proof (RFC 7638, SHA-256); undefined without a proof. A session that
   * `NewSessionsService` begins is bound to this key.
   */
  readonly jkt?: string | undefined;
}

/**
 * One `grant_type` of the token endpoint. The metadata of the server and the OpenAPI document list every grant, as it describes itself. A
 * grant that authenticates users begins their sessions with `NewSessionsService`.
 * @publicApi
 */
export abstract class Grant<Parameters extends GrantParameters = GrantParameters> extends PlugIn {
  /** The value of `grant_type`: letters, digits, `.`, `_` and `-`, or an absolute URI (RFC 6749, section 4.5 and appendix A.10). */
  abstract readonly name: string;
  /** What the grant does, in a sentence, for the OpenAPI document. */
  abstract readonly description: string;
  abstract readonly parameters: Parameters;

  /**
   * Answers a request that has all required parameters.
   * @throws AppError for a refusal. The response has its code, its status and its message: `invalid_grant` for wrong credentials, or a code
   * that the team declares in `AddedErrorCodes`
   */
  abstract handle(parameters: GivenParameters<Parameters>, request: GrantRequest): Promise<TokenResponse>;
}

/**
 * The response to a successful token request (RFC 6749, section 5.1; contract 3).
 * @publicApi
 */
export class TokenResponse {
  @ApiProperty({
    type: String,
    description: 'A JWT (RFC 9068), for `Authorization: Bearer`, or for `Authorization: DPoP` as `token_type` says.',
    example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  })
  readonly access_token!: string;

  @ApiProperty({
    type: String,
    enum: ['bearer', 'DPoP'],
    example: 'bearer',
    description: '`DPoP` if the request had a DPoP proof: the tokens are bound to its key (RFC 9449).',
  })
  readonly token_type!: 'bearer' | 'DPoP';

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 3600,
    description: 'Lifetime of the access token, in seconds.',
  })
  readonly expires_in!: number;

  @ApiPropertyOptional({
    type: String,
    description:
      'For the next `grant_type=refresh_token`. The previous refresh token is no longer valid. Absent for `client_credentials`.',
    example: 'tsr_AQ0AAAAAAAAAAQ',
  })
  readonly refresh_token?: string;

  @ApiPropertyOptional({
    type: String,
    enum: [''],
    example: '',
    description: 'The granted scope, always empty. Present only if the request had a scope.',
  })
  readonly scope?: '';
}
