import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Origin } from '../../kernel/origin.js';

/** Parameters of a token request that a grant declared, each given at most once and not empty; the others never reach it. */
export type GrantParameters = Readonly<Partial<Record<string, string>>>;

/** What came with a token request beside its grant's own parameters. */
export interface GrantContext {
  /** The client that the request names; undefined when it names none. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** When the request came, at the earliest, in milliseconds by `performance.now()`. */
  readonly receivedAt: number;
  /** Whether its sender has hung up by now, and waits for no answer. */
  readonly isAbandoned: () => Promise<boolean>;
}

/** One `grant_type` of the token endpoint: its name, the parameters it knows, and what it does. */
export interface Grant {
  readonly name: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  handle(parameters: GrantParameters, context: GrantContext): Promise<TokenResponse>;
}

/** The answer to a token request that succeeded (RFC 6749, section 5.1; contract 3). */
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
    description: 'Life of the access token, in seconds.',
  })
  readonly expires_in!: number;

  @ApiProperty({
    type: String,
    description: 'For the next `grant_type=refresh_token`. The previous refresh token is out of use.',
    example: 'tsr_AQ0AAAAAAAAAAQ',
  })
  readonly refresh_token!: string;

  @ApiPropertyOptional({
    type: String,
    enum: [''],
    example: '',
    description: 'The scope that was granted, which is none. Only there when a scope was requested.',
  })
  readonly scope?: '';
}
