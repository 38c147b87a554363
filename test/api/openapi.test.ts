import { RequestMethod } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppModule } from '../../src/app.module.js';
import { ConsoleModule } from '../../src/console/console.module.js';
import { basicOf, RESOURCE, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

interface Operation {
  readonly security?: object[];
  readonly requestBody?: object;
  readonly 'x-required-role'?: string;
  readonly 'x-signed-in'?: boolean;
  readonly responses: Record<string, { readonly headers: Record<string, unknown> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, { properties: Record<string, { example: unknown }> }> };
}
type Constructor = abstract new (...args: never[]) => object;

const COMMITTED = join(import.meta.dirname, '../../docs/openapi.json');
/** OpenAPI has one operation for a path and method: the entry of a search also documents the batch on the same path. */
const DOCUMENTED_BY_SIBLING = new Set(
  ['RefreshTokens', 'Clients', 'UserRecords'].map((resource) => `${resource}Controller.getMany`),
);

/** The controllers of a module and of its imports, found by their metadata. */
function controllersOf(module: unknown, seen = new Set<unknown>()): Constructor[] {
  const dynamic = module as { module?: object; imports?: unknown[]; controllers?: Constructor[] };
  const target = dynamic.module ?? (module as object);
  if (seen.has(module) || module instanceof Promise) return [];
  seen.add(module);
  const metadata = <T>(key: string): T[] => (Reflect.getMetadata(key, target) as T[] | undefined) ?? [];
  const imports = [...metadata('imports'), ...(dynamic.imports ?? [])];
  const own = [...metadata<Constructor>('controllers'), ...(dynamic.controllers ?? [])];
  return [...own, ...imports.flatMap((imported) => controllersOf(imported, seen))];
}

/** The methods of a class, and of the classes above it: Nest serves inherited handlers too. */
function methodsOf(prototype: object): string[] {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return [...new Set([...Object.getOwnPropertyNames(prototype), ...(above ? methodsOf(above) : [])])];
}

/** Every handler of a controller, as `Controller.method`, with its method and path in the notation of OpenAPI. */
function routesOf(controller: Constructor): { name: string; route: string }[] {
  const prototype = controller.prototype as Record<string, object>;
  const base = Reflect.getMetadata('path', controller) as string;
  return methodsOf(prototype)
    .filter((name) => name !== '__proto__' && Reflect.hasMetadata('method', prototype[name] ?? {}))
    .map((name) => {
      const handler = prototype[name] ?? {};
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number] ?? '';
      const path = [base, Reflect.getMetadata('path', handler) as string].join('/').replace(/\/+$/, '');
      const route = `${method.toLowerCase()} /${path
        .replace(/^\/+/, '')
        .replace(/\/+/g, '/')
        .replace(/:(\w+)/g, '{$1}')}`;
      return { name: `${controller.name}.${name}`, route };
    });
}

describe('the OpenAPI document', () => {
  let service: Service;
  let admin: Client;
  let document: Document;
  let operations: { name: string; operation: Operation }[];

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    document = (await service.client().get('/api/openapi.json')).body as Document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
    );
  });
  afterAll(() => service.dispose());

  it('is the committed document, except for the address of the service', () => {
    const text = JSON.stringify(document).replaceAll(service.url, 'http://127.0.0.1:3000');
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(COMMITTED, 'utf8')));
  });

  it('has every route of the service, and no others', () => {
    const routes = [AppModule, ConsoleModule].flatMap((module) => controllersOf(module)).flatMap(routesOf);
    expect(routes.map(({ name }) => name)).toEqual(expect.arrayContaining([...DOCUMENTED_BY_SIBLING]));
    const documented = routes.filter(({ name }) => !DOCUMENTED_BY_SIBLING.has(name)).map(({ route }) => route);
    expect(operations.map(({ name }) => name).sort()).toEqual(documented.sort());
  });

  it('names the role of every operation that needs one, and marks the others as public', () => {
    for (const { name, operation } of operations) {
      const isOpen = operation.security?.length === 0;
      const needsUser = operation['x-required-role'] !== undefined || operation['x-signed-in'] === true;
      expect([name, isOpen]).toEqual([name, !needsUser]);
    }
    const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ name }) => name);
    expect(open).toEqual(expect.arrayContaining(['post /api/token', 'get /health/live', 'get /health/ready']));
  });

  it('has the request id on every response, and on failures the headers for signing in and for retrying', () => {
    const others: Record<string, string> = {
      401: 'WWW-Authenticate',
      403: 'WWW-Authenticate',
      429: 'Retry-After',
      503: 'Retry-After',
    };
    for (const { name, operation } of operations) {
      for (const [status, { headers }] of Object.entries(operation.responses)) {
        const expected = [others[status] ?? [], 'X-Request-Id'].flat();
        expect([name, status, Object.keys(headers)]).toEqual([name, status, expect.arrayContaining(expected)]);
      }
    }
  });

  it('has 415 for every body, 417 at the OAuth endpoints, and 429 wherever a password can be guessed', () => {
    const statuses = (has: (operation: Operation) => boolean, status: string): [string, boolean][] =>
      operations
        .filter(({ operation }) => has(operation))
        .map(({ name, operation }) => [name, status in operation.responses]);
    const bodies = statuses((operation) => operation.requestBody !== undefined, '415');
    expect(bodies.filter(([, isThere]) => !isThere)).toEqual([]);
    const forms = statuses(({ responses }) => JSON.stringify(responses).includes('OAuthErrorBody'), '417');
    expect(forms).toEqual(['', '/revoke', '/introspect'].map((path) => [`post /api/token${path}`, true]));
    const guarded = statuses((operation) => operation['x-required-role'] !== undefined, '429');
    expect(guarded.filter(([, isThere]) => !isThere)).toEqual([]);
    expect(document.paths['/api/token']?.['post']?.responses).toHaveProperty('429');
  });

  it('writes null as OpenAPI 3.1 does', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(JSON.stringify(document)).not.toContain('"nullable"');
    expect(document.components.schemas['RefreshTokenView']?.properties['SystemId']).toMatchObject({
      type: ['string', 'null'],
    });
  });

  it('lists bearer as the last security scheme, since some generated clients use the last scheme', () => {
    const { security } = document as unknown as { security: object[] };
    expect(security.map((scheme) => Object.keys(scheme)).flat()).toEqual(['password', 'basic', 'dpop', 'bearer']);
    for (const { operation } of operations) expect(operation.security ?? []).toEqual([]);
  });

  it('gives a format for every number, and the content of every object and list', () => {
    expect(untyped(document, '')).toEqual([]);
    const { schemas } = document.components;
    const formatOf = (schema: string, member: string): unknown => {
      const { format } = (schemas[schema]?.properties[member] ?? {}) as { format?: unknown };
      return [schema, member, format];
    };
    for (const [schema, members] of Object.entries({
      ListedRefreshTokenViewList: ['TotalItems', 'FirstItem', 'LastItem', 'TotalPages'],
      AuditTrailEntryViewList: ['TotalItems'],
      IntrospectionResponse: ['iat', 'exp', 'auth_time', 'generation'],
    }))
      for (const member of members) expect(formatOf(schema, member)).toEqual([schema, member, 'int64']);
  });

  it('describes the members that the keys of the key set have', async () => {
    const { body } = await service.client().get('/.well-known/jwks.json');
    const [key = {}] = body.keys as object[];
    expect(Object.keys(document.components.schemas['PublicKey']?.properties ?? {}).sort()).toEqual(
      Object.keys(key).sort(),
    );
  });

  it('has an example record that the service accepts and returns as its other example shows', async () => {
    const exampleOf = (schema: string): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(document.components.schemas[schema]?.properties ?? {}).map(([name, { example }]) => [
          name,
          example,
        ]),
      );
    const { body: written } = await admin.post(RESOURCE, exampleOf('RefreshTokenInput'));
    const { body: record } = await admin.get(`${RESOURCE}/${String(written.Value.Id)}`);
    const given = ['Id', 'UniqueId', 'CreatedOn', 'UpdatedOn'];
    const isClients = ([name]: [string, unknown]): boolean => !given.includes(name);
    expect(Object.entries(record as object).filter(isClients)).toEqual(
      Object.entries(exampleOf('RefreshTokenView')).filter(isClients),
    );
  });
});

/** The places where a document has a number without a format, an object without members, or an array without items. */
function untyped(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, format, properties, additionalProperties, items } = node as Record<string, unknown>;
  const types = [type].flat();
  const isUntyped =
    ((types.includes('integer') || types.includes('number')) && format === undefined) ||
    (types.includes('object') && properties === undefined && additionalProperties === undefined) ||
    (types.includes('array') && items === undefined);
  const below = Object.entries(node).filter(([name]) => !/^examples?$/.test(name));
  return [...(isUntyped ? [path] : []), ...below.flatMap(([name, value]) => untyped(value, `${path}/${name}`))];
}
