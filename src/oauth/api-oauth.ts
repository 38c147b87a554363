import { applyDecorators, HttpCode } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyContextConfig } from 'fastify';
import { FORM } from '../http/form.js';
import { OAuthErrorBody, oauthFailure } from './oauth-error.js';

const DESCRIPTIONS = {
  400: 'The request is refused with an error of RFC 6749, section 5.2.',
  401: 'The credentials are missing or invalid.',
  403: 'The user is signed in, but has none of the required roles.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body has a content encoding, such as gzip, or is not a form. The token endpoint answers 400 if the body is not a form.',
  417: 'The header `Expect` has a value other than `100-continue`.',
  429: 'Too many attempts. Wait as `Retry-After` says.',
  500: 'A fault of ours.',
  503: 'The database cannot be reached, or too many sign-ins are in progress. See `Retry-After`.',
} as const;

/** Documents the failures of an OAuth endpoint. It always adds 400, 413, 415, 417, 500 and 503. */
export function ApiOAuthFailures(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return applyDecorators(
    ...([400, 413, 415, 417, ...statuses, 500, 503] as const).map((status) =>
      ApiResponse({ status, type: OAuthErrorBody, description: DESCRIPTIONS[status] }),
    ),
  );
}

/** An endpoint that accepts a form and answers 200, or a failure in OAuth's form. */
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

/** The parameters by which a client names and authenticates itself. */
export const CLIENT_PARAMETERS = {
  client_id: { type: 'string', maxLength: 512, description: 'See the header `client_id`.' },
  client_secret: {
    type: 'string',
    format: 'password',
    description: 'The secret of a registered client with `client_secret_post`.',
  },
  client_assertion_type: {
    type: 'string',
    description: 'For `private_key_jwt`: `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.',
  },
  client_assertion: {
    type: 'string',
    description: 'A JWT that a registered client with `private_key_jwt` signed (RFC 7523). It is good once.',
  },
};

/** Documents the `DPoP` header of the token endpoint. */
export const ApiDpop = (): MethodDecorator =>
  ApiHeader({
    name: 'DPoP',
    required: false,
    schema: { type: 'string' },
    description:
      'A proof of possession of a key (RFC 9449, section 5). The tokens of the response are bound to this key: each use of them needs a ' +
      'proof of the same key.',
  });

/** Documents the `client_id` header, one of the three ways for a client to name itself. */
export const ApiClientId = (): MethodDecorator =>
  ApiHeader({
    name: 'client_id',
    required: false,
    schema: { type: 'string', maxLength: 512 },
    description:
      'The name of the client. Without this header, the client may use the parameter `client_id` or the user part of HTTP Basic. The ' +
      'password part is checked only for a registered client with `client_secret_basic`. Two different names are refused. A sign-in without a client name belongs to the client that is ' +
      'named like the user’s e-mail. A refresh or revocation without a client name belongs to the token’s client.',
  });
