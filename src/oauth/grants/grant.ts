import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Received } from '../../http/arrival.js';
import type { Origin } from '../../kernel/origin.js';

/** The parameters that a grant declared, each given at most once and not empty. Other parameters do not reach the grant. */
export type GrantParameters = Readonly<Partial<Record<string, string>>>;

/** The context of a token request, in addition to the parameters of its grant. */
export interface GrantContext {
  /** The client that the request names; undefined when the request names no client. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  readonly received: Received;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
}

/** One `grant_type` of the token endpoint: its name, its parameters, and its action. */
export interface Grant {
  readonly name: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  handle(parameters: GrantParameters, context: GrantContext): Promise<TokenResponse>;
}

/** The response to a successful token request (RFC 6749, section 5.1; contract 3). */
export class TokenResponse {
  @ApiProperty({
    type: String,
    description: 'A JWT (RFC 9068), for `Authorization: Bearer`.',
    example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  })
  readonly access_token!: string;

  @ApiProperty({ type: String, enum: ['bearer'], example: 'bearer' })
  readonly token_type!: 'bearer';

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 3600,
    description: 'Lifetime of the access token, in seconds.',
  })
  readonly expires_in!: number;

  @ApiProperty({
    type: String,
    description: 'For the next `grant_type=refresh_token`. The previous refresh token is no longer valid.',
    example: 'tsr_AQ0AAAAAAAAAAQ',
  })
  readonly refresh_token!: string;

  @ApiPropertyOptional({
    type: String,
    enum: [''],
    example: '',
    description: 'The granted scope, always empty. Present only if the request had a scope.',
  })
  readonly scope?: '';
}
