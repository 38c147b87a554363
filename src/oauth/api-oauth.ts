import { applyDecorators, HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';
import { FORM } from '../http/form.js';
import { OAuthErrorBody, oauthFailure } from './oauth-error.js';

const DESCRIPTIONS = {
  400: 'Refused: RFC 6749, section 5.2.',
  401: 'No credentials, or none that are valid.',
  403: 'Signed in, without the role.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body has a content coding, such as gzip; or it is no form, which at the token endpoint is a 400.',
  417: 'The header `Expect` asks for something other than `100-continue`.',
  429: 'Too many attempts. See `Retry-After`.',
  500: 'A fault of ours.',
  503: 'The database cannot be reached, or too many sign-ins are in progress. See `Retry-After`.',
} as const;

/** Documents the failures of an OAuth endpoint; 400, 413, 415, 417, 500 and 503 go without saying. */
export function ApiOAuthFailures(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return applyDecorators(
    ...([400, 413, 415, 417, ...statuses, 500, 503] as const).map((status) =>
      ApiResponse({ status, type: OAuthErrorBody, description: DESCRIPTIONS[status] }),
    ),
  );
}

/** An endpoint that takes a form and answers 200, or a failure of OAuth's own form. */
export function OAuthEndpoint(
  schema: object,
  examples: Record<string, object>,
  config: FastifyContextConfig = {},
): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    RouteConfig({ renderFailure: oauthFailure, takesFormOnly: true, isUncompressed: true, ...config }),
    ApiConsumes(FORM),
    ApiBody({
      schema,
      examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
    }),
  );
}

/** The `client_id` header, one of the three ways for a client to name itself. */
export const ApiClientId = (): MethodDecorator =>
  ApiHeader({
    name: 'client_id',
    required: false,
    schema: { type: 'string', maxLength: 512 },
    description:
      'The client that speaks. Absent, it is the parameter of this name; without both, the user part of HTTP Basic, whose password part ' +
      'is not checked. Two that differ are refused. A sign-in that names no client is of the client that has the user’s e-mail for a ' +
      'name; a refresh or revocation that names none is of the token’s client.',
  });
