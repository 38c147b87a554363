import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Audience } from '../signing-keys/access-token-claims.js';
import { IntrospectedDevice } from './introspected-device.js';

const text = (example: string, description?: string): PropertyDecorator =>
  ApiPropertyOptional({ type: String, example, ...(description && { description }) });
const seconds = (description: string): PropertyDecorator =>
  ApiPropertyOptional({ type: 'integer', format: 'int64', example: 1_736_937_000, description });

/** The response to an introspection (RFC 7662, section 2.2). For a token that is not active, the response has only `active`. */
export class IntrospectionResponse {
  @ApiProperty({ type: Boolean, example: true })
  readonly active!: boolean;

  @text(
    'bearer',
    'Only for an access token. `DPoP` if the token is bound to a key: refuse it without a proof of this key (RFC 9449).',
  )
  readonly token_type?: string;

  @text('http://127.0.0.1:3000')
  readonly iss?: string;

  @ApiPropertyOptional({
    oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    example: 'http://127.0.0.1:3000',
    description: 'For whom the token is. Only for an access token; a list if it is for several audiences.',
  })
  readonly aud?: Audience;

  @text('ada@example.com', 'The user, or the client for a token of a client itself.')
  readonly sub?: string;

  @text('ada@example.com', 'Absent for a token of a client itself.')
  readonly username?: string;

  @text('mobile-app')
  readonly client_id?: string;

  @text('01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d', 'UniqueId of the session’s RefreshToken.')
  readonly sid?: string;

  @ApiPropertyOptional({
    type: 'integer',
    format: 'int64',
    example: 4711,
    description:
      'The number of the session’s tokens when this access token was issued. It grows with each refresh and sign-in, and skips numbers.',
  })
  readonly generation?: number;

  @text('2f1d3f9e-0f0e-4c43-8a3e-7c5f6c1f2b11', 'Only for an access token.')
  readonly jti?: string;

  @seconds('When the token was issued, in seconds since 1970.')
  readonly iat?: number;

  @seconds('When the token expires, in seconds since 1970.')
  readonly exp?: number;

  @seconds('When the user last signed in, in seconds since 1970.')
  readonly auth_time?: number;

  @ApiPropertyOptional({ type: [String], example: ['pwd'], description: 'How the user signed in (RFC 8176).' })
  readonly amr?: readonly string[];

  @ApiPropertyOptional({
    type: 'object',
    properties: { jkt: { type: 'string', example: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } },
    required: ['jkt'],
    additionalProperties: false,
    description:
      'The thumbprint of the key to which the token is bound (RFC 9449, section 6). Absent if it is not bound.',
  })
  readonly cnf?: { readonly jkt: string };

  @ApiPropertyOptional({ type: IntrospectedDevice, description: 'Only if `INTROSPECTION_DEVICE` is `on`.' })
  readonly device?: IntrospectedDevice;
}
