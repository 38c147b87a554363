import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { policyFaults, startTessera, type TestTessera, type TestUser } from 'tessera/testing';
import { CouponsModule } from './coupons.module.js';

const PATH = '/api/sys/coupons';

let tessera: TestTessera;
let author: TestUser;
before(async () => {
  tessera = await startTessera({ modules: [CouponsModule] });
  author = await tessera.signIn('Coupon-Create', 'Coupon-Read', 'Coupon-List', 'Coupon-Edit');
});
after(() => tessera.dispose());

async function create(Holder: string, more: object = {}): Promise<{ Id: number; Code: string }> {
  const Code = randomBytes(15).toString('base64url');
  const EndsOn = new Date(tessera.clock.now().getTime() + 60_000);
  const response = await author.fetch(PATH, { method: 'POST', body: { Holder, Code, EndsOn, ...more } });
  assert.equal(response.status, 200);
  const { Value } = (await response.json()) as { Value: { Id: number } };
  return { Id: Value.Id, Code };
}

async function use(coupon: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const form = { grant_type: 'urn:example:coupon', coupon, client_id: 'till' };
  const response = await fetch(`${tessera.url}/api/token`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a coupon signs its holder in once', async () => {
  const holder = await tessera.signIn();
  const { Id, Code } = await create(holder.email, { UsedOn: '2020-01-01T00:00:00Z' });
  const [first, second] = await Promise.all([use(Code), use(Code)]);
  assert.deepEqual([first.status, second.status].sort(), [200, 400]);
  const refused = first.status === 400 ? first : second;
  assert.deepEqual(refused.body, {
    error: 'invalid_grant',
    error_description: 'The coupon is not valid, or no longer.',
  });
  const { UsedOn } = (await (await author.fetch(`${PATH}/${Id}`)).json()) as { UsedOn: string };
  assert.ok(Math.abs(Date.parse(UsedOn) - tessera.clock.now().getTime()) < 60_000);
});

test('a coupon ends, and a command extends it', async () => {
  const holder = await tessera.signIn();
  const { Id, Code } = await create(holder.email);
  tessera.clock.advance({ minutes: 2 });
  assert.equal((await use(Code)).status, 400);
  const body = { Key: 'COUPON_EXTEND', Ids: [Id], Parameters: [{ Name: 'Days', Type: 'Integer', Value: '1' }] };
  const command = () => author.fetch(`${PATH}/runcommand`, { method: 'POST', body });
  assert.equal((await command()).status, 200);
  assert.equal((await use(Code)).status, 200);
  assert.equal((await command()).status, 400);
});

test('a coupon of nobody signs nobody in', async () => {
  const { Code } = await create('nobody@example.com');
  assert.equal((await use(Code)).body['error'], 'invalid_grant');
});

test('every route has a policy, and documents its roles and failures', async () => {
  assert.deepEqual(await policyFaults(tessera), []);
});
