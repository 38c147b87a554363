import { runCli } from '../support/cli.js';
import { basic, passwordOf, RESOURCE, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, keepSecret, login, TOKEN } from '../support/sessions.js';

/** A password that form encoding would change: read literally and read decoded, it is two different passwords. */
const CONFUSING = '100% + 1%2B1: ä';
const FREE = 5;

let service: Service;
let token: string;
beforeAll(async () => {
  keepSecret(CONFUSING);
  service = await Service.start();
  await service.freeData();
  const added = await runCli(
    service.dataDir,
    ['users', 'add', 'a+b@example.com', '--role', 'Token-Introspect'],
    CONFUSING,
  );
  expect(added.code).toBe(0);
  await service.resume();
  ({ access: token } = await login(service, 'all', 'introspected'));
});
afterAll(() => disposeWithoutLeaks(service));

/** Form encoding of RFC 6749, appendix B; some clients write a blank as `%20`. */
const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
const introspectAs = (authorization: string, fields: Record<string, string> = {}): Promise<Answer> =>
  service.client(authorization).form('POST', `${TOKEN}/introspect`, { token, ...fields });
const failuresOf = async (email: string): Promise<number> =>
  (await events(service, { Kind: 'login-failed', Subject: email })).length;

describe('Basic whose user name and password are form-encoded', () => {
  it.each([
    ['without encoding', (text: string) => text],
    ['with + for a blank', encoded],
    ['with %20 for a blank', encodeURIComponent],
  ])('signs in at introspection %s', async (_what, encode) => {
    for (const [email, password] of [
      ['read@example.com', passwordOf('read')],
      ['admin@example.com', passwordOf('admin')],
      ['a+b@example.com', CONFUSING],
    ] as const) {
      const { status, body } = await introspectAs(basic(encode(email), encode(password)));
      expect([email, status, body?.active]).toEqual([email, 200, true]);
      expect(await failuresOf(email)).toBe(0);
    }
  });

  it('works at the resource as well', async () => {
    const client = service.client(basic(encoded('read@example.com'), encoded(passwordOf('read'))));
    expect((await client.get(`${RESOURCE}/1`)).status).toBe(200);
  });

  it('with a wrong password is refused and counts once', async () => {
    const email = 'none@example.com';
    const statuses: number[] = [];
    for (let n = 0; n <= FREE; n++) statuses.push((await introspectAs(basic(encoded(email), `wrong%20${n}`))).status);
    expect(statuses).toEqual(Array(FREE + 1).fill(401));
    expect(await failuresOf(email)).toBe(FREE + 1);
  });

  it('with a broken encoding is refused', async () => {
    expect((await introspectAs(basic('read%4', 'x'))).status).toBe(401);
    expect((await introspectAs(basic('read%FFexample.com', 'x'))).status).toBe(401);
  });

  it('names a user, not a client', async () => {
    const { status, body } = await introspectAs(basic('read%40example.com', encoded(passwordOf('read'))), {
      client_id: 'another',
    });
    expect([status, body?.active]).toEqual([200, true]);
  });
});

it('the metadata advertises Basic for introspection', async () => {
  const { body } = await service.client().get('/.well-known/oauth-authorization-server');
  expect(body.introspection_endpoint_auth_methods_supported).toContain('client_secret_basic');
});
