import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const url = (path: string): object => ({ type: String, format: 'uri', example: `http://127.0.0.1:3000${path}` });

/** A summary of the service, with links. */
export class ServerSummary {
  @ApiProperty({ type: String, example: 'Tessera' })
  readonly name!: string;

  @ApiProperty({ type: String, example: 'A self-hosted authority for OAuth 2.0 refresh tokens.' })
  readonly description!: string;

  @ApiProperty(url(''))
  readonly issuer!: string;

  @ApiPropertyOptional({ ...url('/docs'), description: 'Absent if the documentation is turned off.' })
  readonly documentation?: string;

  @ApiPropertyOptional({ ...url('/api/openapi.json'), description: 'Absent if the documentation is turned off.' })
  readonly openapi?: string;

  @ApiPropertyOptional({ ...url('/console/'), description: 'The pages for people. Absent if they are turned off.' })
  readonly console?: string;

  @ApiProperty(url('/.well-known/oauth-authorization-server'))
  readonly metadata!: string;

  @ApiProperty(url('/.well-known/jwks.json'))
  readonly key_set!: string;

  @ApiProperty(url('/health/ready'))
  readonly health!: string;

  /** The summary of the server with this issuer URL. `has` says what the server serves. */
  static of(issuer: string, has: { readonly documentation: boolean; readonly console: boolean }): ServerSummary {
    return {
      name: 'Tessera',
      description: 'A self-hosted authority for OAuth 2.0 refresh tokens.',
      issuer,
      ...(has.documentation && { documentation: `${issuer}/docs`, openapi: `${issuer}/api/openapi.json` }),
      ...(has.console && { console: `${issuer}/console/` }),
      metadata: `${issuer}/.well-known/oauth-authorization-server`,
      key_set: `${issuer}/.well-known/jwks.json`,
      health: `${issuer}/health/ready`,
    };
  }
}
