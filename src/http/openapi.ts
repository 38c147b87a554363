import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const DESCRIPTION = `Tessera stores, issues, rotates, searches and ends OAuth 2.0 refresh tokens. It keeps the public contract of
the Nexudus REST API for its RefreshToken resource and token endpoint: a client written for that contract works here after a
change of base URL.

Paths match without regard to case, with or without a trailing slash. Dates are UTC. Every response carries \`X-Request-Id\`.`;

const REQUEST_ID = {
  description:
    'Identifies the request in the log. The service uses the id that the client sent if it has this form; otherwise the service makes an id.',
  schema: { type: 'string', pattern: String.raw`^[\w.-]{1,64}$` },
  example: '5f0c6a5e-8f0c-4c53-9d5e-0c6f7a4b1e2d',
};

const RETRY_AFTER = {
  'Retry-After': { schema: { type: 'integer', format: 'int32' }, description: 'How many seconds to wait.' },
};

/** Headers of failures, on every route. */
const FAILURE_HEADERS: Readonly<Record<string, object>> = {
  401: {
    'WWW-Authenticate': { schema: { type: 'string' }, description: 'How to sign in (RFC 6750, RFC 7617, RFC 9449).' },
    'DPoP-Nonce': {
      required: false,
      schema: { type: 'string' },
      description: 'For the next proof, if the error is `use_dpop_nonce` (RFC 9449).',
    },
  },
  403: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'insufficient_scope (RFC 6750).' } },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

/**
 * The OpenAPI 3.1 document of the application, generated from the decorators of its controllers. `base` is the server URL before its paths.
 */
function openApiDocument(app: INestApplication, base: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tessera')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(base === '' ? '/' : base)
    .addTag('RefreshTokens', 'Records of refresh tokens.')
    .addTag('Token', 'The OAuth 2.0 token endpoint.')
    .addTag('Users', 'Users, their roles and passwords.')
    .addTag('Clients', 'Registered clients: their policies and secrets.')
    .addTag('Account', 'What signed-in users see and change of their own account.')
    .addTag('AuditTrailEntries', 'Events: who did what to which session, and why.')
    .addTag('Discovery', 'Discovery for clients and verifiers.')
    .addTag('Console', 'The pages for people.')
    .addTag('Health', 'Probes for orchestrators and load balancers.')
    .addOAuth2(
      {
        type: 'oauth2',
        description: 'Sign in with e-mail and password.',
        flows: { password: { tokenUrl: `${base}/api/token`, scopes: {} } },
      },
      'password',
    )
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token from `POST /api/token`.' },
      'bearer',
    )
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'E-mail and password.' }, 'basic')
    .addSecurity('dpop', {
      type: 'http',
      scheme: 'dpop',
      description:
        'An access token that is bound to a key (RFC 9449): `Authorization: DPoP` with the token, and the header `DPoP` with a proof of the ' +
        'key for this request.',
    })
    .build();
  // Some generated clients use the last scheme for every credential. An access token must not be sent as Basic, so Bearer is last.
  config.security = [{ password: [] }, { basic: [] }, { dpop: [] }, { bearer: [] }];
  return completed(SwaggerModule.createDocument(app, config));
}

const require = createRequire(import.meta.url);

/**
 * The files of Swagger UI, from @fastify/swagger-ui under the alias swagger-ui-dist, which @nestjs/swagger needs. The original package
 * swagger-ui-dist depends on a package that reports its installation to a third party.
 */
const SWAGGER_UI = join(dirname(require.resolve('swagger-ui-dist/package.json')), 'static');

/**
 * Serves the document at `/api/openapi.json` and Swagger UI at `/docs`. Each is built at its first request. The document contains the
 * public URL. The page refers to the document by path only, so it works at every address of the service, such as localhost. `describe` adds
 * to the document what only the started application knows.
 */
export function serveOpenApi(
  app: INestApplication,
  publicUrl: string,
  describe: (document: OpenAPIObject) => void,
): void {
  const path = new URL(publicUrl).pathname.replace(/\/$/, '');
  let ofPage: OpenAPIObject | undefined;
  const documentFor = (base: string): OpenAPIObject => {
    const document = openApiDocument(app, base);
    describe(document);
    return document;
  };
  SwaggerModule.setup('docs', app, () => documentFor(publicUrl), {
    patchDocumentOnRequest: (request, _reply, document) => {
      const isOfPage = (request as FastifyRequest).url.includes('swagger-ui-init.js');
      return isOfPage ? (ofPage ??= documentFor(path)) : document;
    },
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tessera API',
    customSwaggerUiPath: SWAGGER_UI,
    swaggerOptions: {
      // Swagger UI signs in as this client, so users need not type a client id.
      initOAuth: { clientId: 'swagger-ui' },
      persistAuthorization: false,
      displayRequestDuration: true,
      defaultModelsExpandDepth: 0,
      tryItOutEnabled: true,
    },
  });
}

interface Operation {
  description?: string;
  readonly 'x-required-role'?: string | readonly string[];
  readonly 'x-signed-in'?: boolean;
  'x-public'?: boolean;
  security?: readonly object[];
  readonly responses: Record<string, { headers?: object }>;
}

/** Adds to every operation the role it needs or that it needs no credentials, and to every response its headers. Every response has a request id (contract 1.5). */
function completed(document: OpenAPIObject): OpenAPIObject {
  const requestId = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])) {
    const roles = [operation['x-required-role'] ?? []].flat().map((role) => `\`${role}\``);
    if (roles.length > 0)
      operation.description = `${operation.description ?? ''}\n\nNeeds the role ${roles.join(' or ')}.`.trim();
    if (operation['x-signed-in'])
      operation.description = `${operation.description ?? ''}\n\nNeeds a signed-in user, and no role.`.trim();
    if (operation['x-public']) operation.security = [];
    delete operation['x-public'];
    for (const [status, response] of Object.entries(operation.responses))
      response.headers = { ...response.headers, ...FAILURE_HEADERS[status], ...requestId };
  }
  return { ...document, components: { ...document.components, headers: { 'X-Request-Id': REQUEST_ID } } };
}
