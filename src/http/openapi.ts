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
  description: 'Identifies the request in the log: the one that was sent, if it is of this form, or a new one.',
  schema: { type: 'string', pattern: String.raw`^[\w.-]{1,64}$` },
  example: '5f0c6a5e-8f0c-4c53-9d5e-0c6f7a4b1e2d',
};

const RETRY_AFTER = {
  'Retry-After': { schema: { type: 'integer', format: 'int32' }, description: 'Seconds to wait.' },
};

/** The headers that come with a failure, on every route. */
const FAILURE_HEADERS: Readonly<Record<string, object>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'How to sign in (RFC 6750, RFC 7617).' } },
  403: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'insufficient_scope (RFC 6750).' } },
  429: RETRY_AFTER,
  503: RETRY_AFTER,
};

/** The OpenAPI 3.1 document of the application, made from the decorators of its controllers. `base` is what its paths stand behind. */
function openApiDocument(app: INestApplication, base: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tessera')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(base === '' ? '/' : base)
    .addTag('RefreshTokens', 'The records of refresh tokens.')
    .addTag('Token', 'The OAuth 2.0 token endpoint.')
    .addTag('AuditTrailEntries', 'Who did what to which session, and why.')
    .addTag('Discovery', 'What clients and verifiers learn by themselves.')
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
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of `POST /api/token`.' },
      'bearer',
    )
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'E-mail and password.' }, 'basic')
    .build();
  // Some generated clients use the last scheme for every credential: an access token must not go out as Basic.
  config.security = [{ password: [] }, { basic: [] }, { bearer: [] }];
  return completed(SwaggerModule.createDocument(app, config));
}

const require = createRequire(import.meta.url);

/**
 * The files of Swagger UI. They come with @fastify/swagger-ui under the name swagger-ui-dist, which @nestjs/swagger depends on: the
 * package of that name brings one that reports its installation to a third party.
 */
const SWAGGER_UI = join(dirname(require.resolve('swagger-ui-dist/package.json')), 'static');

/**
 * Serves the document at `/api/openapi.json` and Swagger UI at `/docs`; each is made when it is first asked for. The document names the
 * public URL. The page names its path alone: it works at every address of the service, such as localhost.
 */
export function serveOpenApi(app: INestApplication, publicUrl: string): void {
  const path = new URL(publicUrl).pathname.replace(/\/$/, '');
  let ofPage: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => openApiDocument(app, publicUrl), {
    patchDocumentOnRequest: (request, _reply, document) => {
      const isOfPage = (request as FastifyRequest).url.includes('swagger-ui-init.js');
      return isOfPage ? (ofPage ??= openApiDocument(app, path)) : document;
    },
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tessera API',
    customSwaggerUiPath: SWAGGER_UI,
    swaggerOptions: {
      // Sign-ins by Swagger UI are sessions of this client, and nobody has to type its name.
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
  readonly responses: Record<string, { headers?: object }>;
}

/** Says of every operation which role it needs, and of every response which headers come with it: a request id always (contract 1.5). */
function completed(document: OpenAPIObject): OpenAPIObject {
  const requestId = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])) {
    const roles = [operation['x-required-role'] ?? []].flat().map((role) => `\`${role}\``);
    if (roles.length > 0)
      operation.description = `${operation.description ?? ''}\n\nNeeds the role ${roles.join(' or ')}.`.trim();
    for (const [status, response] of Object.entries(operation.responses))
      response.headers = { ...response.headers, ...FAILURE_HEADERS[status], ...requestId };
  }
  return { ...document, components: { ...document.components, headers: { 'X-Request-Id': REQUEST_ID } } };
}
