import { basicOf, type Client } from '../support/client.js';
import { startExtended } from '../support/extended.js';
import type { Service } from '../support/service.js';
import { seconds } from '../support/sessions.js';
import { builtModules, policyFaults, startTessera } from '../support/team-tests.js';

interface Declared {
  readonly routes: readonly { readonly name: string; readonly policy?: unknown }[];
  readonly roles: readonly string[];
}

describe('policies', () => {
  let service: Service;
  let declared: Declared;
  const client = (user?: string): Client => service.client(user && basicOf(user));

  beforeAll(async () => {
    service = await startExtended();
    const line = service.log.split('\n').find((text) => text.startsWith('{"routes":')) ?? '';
    declared = JSON.parse(line) as Declared;
  });
  afterAll(() => service.dispose());

  it('are declared by every route of the service', () => {
    expect(declared.routes.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['create', 'search', 'getMany', 'get', 'update', 'delete'].map((name) => `RefreshTokensController.${name}`),
        ...['TokenController.issue', 'HealthController.live', 'HealthController.ready'],
      ]),
    );
  });

  it.each([
    ['the service', () => [], []],
    ['a resource of the kit', () => builtModules('coupons/coupons.module.ts'), []],
    [
      'a module that forgets some',
      () => builtModules('coupons.module.ts'),
      [
        "CouponsController.forgotten (CouponsModule) declares no policy, so it refuses every request: add @Role('…') or @Public().",
        'CouponsController.open (CouponsModule) documents no failure: add @ApiFailures() or @ApiResponse().',
        'CouponsController.redeem (CouponsModule) documents no failure: add @ApiFailures() or @ApiResponse().',
        'CouponsController.create (CouponsModule) does not document 400, 401, 403, 413, 415, 429, 500, 503: add @ApiFailures(…) or @ApiResponse().',
      ],
    ],
  ])('and the documentation have no faults in %s, or the faults that it has', async (_what, modules, expected) => {
    const tessera = await startTessera({ modules: await modules() });
    try {
      expect(await policyFaults(tessera)).toEqual(expected);
    } finally {
      await tessera.dispose();
    }
  });

  it('name the roles of contract 1, and those of extensions', () => {
    const operations = ['Create', 'Delete', 'Edit', 'List', 'Read'].map((operation) => `RefreshToken-${operation}`);
    expect(declared.roles).toEqual(expect.arrayContaining(['Coupon-Create', ...operations, 'Token-Introspect']));
    expect(declared.roles).toEqual(declared.roles.toSorted());
  });

  it('close a route without a policy, even to an administrator', async () => {
    const { status, headers, body } = await client('admin').get('/api/sys/coupons');
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(body).toEqual({
      Status: 403,
      Message: 'This route is closed, because it declares no policy.',
      Value: null,
      Errors: null,
      WasSuccessful: false,
    });
    expect((await client().get('/api/sys/coupons')).status).toBe(401);
  });

  it('open a route to everybody, or to a role, as declared', async () => {
    expect((await client().get('/api/sys/coupons/open')).text).toBe('for everybody');
    expect((await client().post('/api/sys/coupons', { Code: 'a', Key: 'b' })).status).toBe(401);
    expect((await client('all').post('/api/sys/coupons', { Code: 'a', Key: 'b' })).status).toBe(403);
    const { status, body } = await client('admin').post('/api/sys/coupons', { Code: 'a', Key: 'b', Id: 1 });
    expect([status, body]).toEqual([201, { Code: 'a', Key: 'b' }]);
  });

  it('work together with the contract’s validation, in an extension as well', async () => {
    const { status, body } = await client('admin').post('/api/sys/coupons', { Code: 'AUTUMN', Key: 'too long' });
    expect(status).toBe(400);
    const Message = 'must have at most 5 characters';
    expect(body).toEqual({
      Message: `Code: ${Message}; Key: ${Message}`,
      Value: null,
      Errors: [
        { AttemptedValue: 'AUTUMN', Message, PropertyName: 'Code' },
        { AttemptedValue: null, Message, PropertyName: 'Key' },
      ],
      WasSuccessful: false,
    });
  });

  it('work together with failures, whose codes an extension may add', async () => {
    const Message = 'The coupon MAY was used already.';
    const { status, body } = await client().post('/api/sys/coupons/redeem', {});
    expect([status, body]).toEqual([409, { Status: 409, Message, Value: null, Errors: null, WasSuccessful: false }]);
    // The line is written after the answer is sent. Without it the test runs out of time.
    while (!service.log.includes('"failure":{"code":"coupon_used"}')) await seconds(0.02);
  });

  it('work together with the other conventions: paths, methods, request ids', async () => {
    expect((await client().get('/API/Sys/Coupons/OPEN/')).status).toBe(200);
    const { status, headers } = await client().send('PATCH', '/api/sys/coupons');
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    expect(headers.get('x-request-id')).not.toBeNull();
  });

  it('work together with the documentation', async () => {
    const { body } = await client().get('/api/openapi.json');
    expect(body.paths['/api/sys/coupons'].post).toMatchObject({ 'x-required-role': 'Coupon-Create' });
    expect(body.paths['/api/sys/refreshtokens'].post).toMatchObject({ 'x-required-role': 'RefreshToken-Create' });
    expect(body.paths['/api/token/introspect'].post).toMatchObject({
      'x-required-role': ['Token-Introspect', 'RefreshToken-Read'],
      description: expect.stringContaining('Needs the role `Token-Introspect` or `RefreshToken-Read`.') as string,
    });
  });
});
