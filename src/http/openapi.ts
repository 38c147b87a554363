import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION = `Tessera stores, issues, rotates, searches and ends OAuth 2.0 refresh tokens. It keeps the public contract of
the Nexudus REST API for its RefreshToken resource and token endpoint: a client written for that contract works here after a
change of base URL.

Paths match without regard to case, with or without a trailing slash. Dates are UTC. Every response carries \`X-Request-Id\`.`;

/** The OpenAPI 3.1 document of the application, made from the decorators of its controllers. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tessera')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addTag('RefreshTokens', 'The records of refresh tokens.')
    .addTag('Token', 'The OAuth 2.0 token endpoint.')
    .addTag('Health', 'Probes for orchestrators and load balancers.')
    .addOAuth2(
      {
        type: 'oauth2',
        description: 'Sign in with e-mail and password.',
        flows: { password: { tokenUrl: '/api/token', scopes: {} } },
      },
      'password',
    )
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of `POST /api/token`.' },
      'bearer',
    )
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'E-mail and password.' }, 'basic')
    .build();
  config.security = [{ password: [] }, { bearer: [] }, { basic: [] }];
  return withNullTypes(SwaggerModule.createDocument(app, config)) as OpenAPIObject;
}

/** Serves the document at `/api/openapi.json` and Swagger UI at `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Tessera API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true, tryItOutEnabled: true },
  });
}

/** OpenAPI 3.1 knows no `nullable`: null is a type (JSON Schema 2020-12). The decorators still speak 3.0. */
function withNullTypes(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNullTypes);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const copy = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, withNullTypes(value)]));
  return nullable === true ? { ...copy, type: [copy['type'], 'null'] } : copy;
}
