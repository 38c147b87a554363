import { DeclaredRolesService, rolesOf, type DeclaredRoute } from '../access/declared-roles.service.js';
import type { TestTessera } from './test-tessera.js';

interface Operation {
  readonly description?: string;
  readonly security?: readonly object[];
  readonly requestBody?: object;
  readonly responses?: object;
  readonly 'x-required-role'?: string | readonly string[];
}

/** Failures of every route that is not public: the credentials, the role, too many guesses, a bug, and the database. */
const WITH_USER = [401, 403, 429, 500, 503];
const WITH_BODY = [400, 413, 415];
const WITH_PATH_PARAMETER = [404];

/**
 * What the routes of the service lack, one sentence for each fault; a test expects none. Every route declares a policy, is in the OpenAPI
 * document with its roles, and documents its failures: 401, 403, 429, 500 and 503 when it is not public, 400, 413 and 415 when it has
 * a body, 404 when its path has a parameter, and at least one failure when it is public. `4XX`, `5XX` and `default` document them too. Both the
 * routes of the modules under test and those of the service itself are checked.
 * @throws Error when the settings turn the OpenAPI document off
 * @publicApi
 */
export async function policyFaults(tessera: TestTessera): Promise<string[]> {
  const response = await fetch(`${tessera.url}/api/openapi.json`);
  if (!response.ok) throw new Error('There is no OpenAPI document to check: set API_DOCS to "on" for this test.');
  const operations = operationsOf((await response.json()) as { paths: Record<string, Record<string, Operation>> });
  const routes = tessera.get(DeclaredRolesService).routes();
  return routes.flatMap((route) =>
    faultsOf(route, operations).map((fault) => `${route.name} (${route.module}) ${fault}`),
  );
}

/** The documented operations, by the method and path of the targets of routes. */
function operationsOf({
  paths,
}: {
  readonly paths: Record<string, Record<string, Operation>>;
}): Map<string, Operation> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.toLowerCase().replaceAll(/\{[^}]*\}/g, ':')}`,
        operation,
      ]),
    ),
  );
}

function faultsOf(route: DeclaredRoute, operations: ReadonlyMap<string, Operation>): string[] {
  if (route.policy === undefined)
    return ["declares no policy, so it refuses every request: add @Role('…') or @Public()."];
  const isPublic = route.policy === 'public';
  return route.targets.flatMap((target) => {
    // Two handlers may share a method and path under further conditions. OpenAPI has one operation for both.
    const [method = '', path = ''] = target.split(' ', 2);
    const documented = [...operations].filter(([key]) =>
      [`${method} ${path}`, method === 'ALL' && key.replace(/\S+/, 'ALL')].includes(key),
    );
    if (documented.length === 0) return [`is not in the OpenAPI document with ${method} ${path}.`];
    return documented.flatMap(([, operation]) => [
      ...(isPublic ? [] : roleFaults(rolesOf(route), operation)),
      ...failureFaults({ isPublic, path }, operation),
    ]);
  });
}

function roleFaults(roles: readonly string[], operation: Operation): string[] {
  const named = [operation['x-required-role'] ?? [], operation.description?.match(/[\w-]+/g) ?? []].flat();
  const missing = roles.filter((role) => !named.includes(role));
  return [
    ...(missing.length > 0 ? [`does not document its role ${missing.join(' and ')}: declare it by @Role().`] : []),
    ...(operation.security?.length === 0
      ? ['needs credentials, but is documented as public: remove `security: []`.']
      : []),
  ];
}

function failureFaults(
  { isPublic, path }: { readonly isPublic: boolean; readonly path: string },
  { requestBody, responses = {} }: Operation,
): string[] {
  const documented = Object.keys(responses);
  if (isPublic && !documented.some((status) => /^[45]|^default$/.test(status)))
    return ['documents no failure: add @ApiFailures() or @ApiResponse().'];
  const expected = [
    ...(isPublic ? [] : WITH_USER),
    ...(requestBody ? WITH_BODY : []),
    ...(path.includes(':') ? WITH_PATH_PARAMETER : []),
  ].sort();
  const missing = expected.filter(
    (status) => ![String(status), `${String(status)[0]}XX`, 'default'].some((key) => documented.includes(key)),
  );
  return missing.length > 0 ? [`does not document ${missing.join(', ')}: add @ApiFailures(…) or @ApiResponse().`] : [];
}
