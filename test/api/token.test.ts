import { decodeJwt, decodeProtectedHeader } from 'jose';
import { basicOf, passwordOf, RESOURCE, type Answer, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const TOKEN = '/api/token';
const WRONG = { error: 'invalid_grant', error_description: 'The user name or password is incorrect.' };
const GRANT = { grant_type: 'password', username: 'admin@example.com', password: passwordOf('admin') };

describe('the password grant', () => {
  let service: Service;
  let anyone: Client;

  beforeAll(async () => {
    service = await Service.start();
    anyone = service.client();
  });
  afterAll(() => service.dispose());

  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
    anyone.form('POST', TOKEN, fields, headers);

  function expectNotStored({ headers }: Answer): void {
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
  }

  it('gives a bearer token for an e-mail and a password', async () => {
    const answer = await ask(GRANT);
    expect(answer.status).toBe(200);
    expectNotStored(answer);
    expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    const token = answer.body.access_token as string;
    expect((await service.client(`Bearer ${token}`).get(RESOURCE)).status).toBe(200);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({ iss: service.url, sub: 'admin@example.com' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600);
  });

  it.each([
    ['the e-mail, when none is sent', {}, {}, 'admin@example.com'],
    ['the header', {}, { client_id: 'mobile' }, 'mobile'],
    ['the parameter, when there is no header', { client_id: 'web' }, {}, 'web'],
    ['both alike', { client_id: 'web' }, { client_id: 'web' }, 'web'],
    ['the e-mail, when the parameter is empty', { client_id: '' }, {}, 'admin@example.com'],
  ])('is for the client that is named by %s', async (_what, fields, headers, clientId) => {
    const { status, body } = await ask({ ...GRANT, ...fields }, headers);
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token as string)['client_id']).toBe(clientId);
  });

  it.each([
    ['an empty totp', { totp: '' }],
    ['an e-mail in upper case', { username: 'ADMIN@example.com' }],
    ['unknown parameters', { foo: 'bar', constructor: 'x' }],
  ])('accepts %s', async (_what, fields) => {
    expect((await ask({ ...GRANT, ...fields })).status).toBe(200);
  });

  it.each([
    ['a wrong password', { password: 'wrong password' }],
    ['an unknown user', { username: 'nobody@example.com' }],
    ['a user name that is not an e-mail', { username: "' OR '1'='1" }],
    ['a user name that cannot be stored', { username: 'admin@example.com\0' }],
    ['a password with a NUL', { password: `${passwordOf('admin')}\0` }],
    ['a long password', { password: 'x'.repeat(100_000) }],
  ])('refuses %s, always with the same message', async (_what, fields) => {
    const answer = await ask({ ...GRANT, ...fields });
    expect([answer.status, answer.body]).toEqual([400, WRONG]);
    expectNotStored(answer);
  });

  it.each<[string, Record<string, string>, string, Record<string, string>?]>([
    ['no grant_type', { grant_type: '' }, 'invalid_request'],
    ['no username', { username: '' }, 'invalid_request'],
    ['no password', { password: '' }, 'invalid_request'],
    ['another grant', { grant_type: 'authorization_code' }, 'unsupported_grant_type'],
    ['a grant for clients that authenticate', { grant_type: 'client_credentials' }, 'unauthorized_client'],
    ['a grant with the name of an object’s member', { grant_type: 'constructor' }, 'unsupported_grant_type'],
    ['a grant with a capital letter', { grant_type: 'Password' }, 'unsupported_grant_type'],
    ['two client_ids', { client_id: 'a' }, 'invalid_request', { client_id: 'b' }],
    ['a blank client_id', { client_id: ' ' }, 'invalid_request'],
    ['a client_id that is too long', { client_id: 'x'.repeat(513) }, 'invalid_request'],
    ['a client_id that cannot be stored', { client_id: 'a\0' }, 'invalid_request'],
  ])('refuses %s by RFC 6749, section 5.2', async (_what, fields, error, headers = {}) => {
    const answer = await ask({ ...GRANT, ...fields }, headers);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(Object.keys(answer.body as object)).toEqual(['error', 'error_description']);
    expectNotStored(answer);
  });

  const form = new URLSearchParams(GRANT).toString();
  it.each([
    ['JSON', 'application/json', JSON.stringify(GRANT), 'unsupported_grant_type'],
    ['broken JSON', 'application/json', '{', undefined],
    ['a form that says it is HTML', 'text/html', form, 'unsupported_grant_type'],
    ['JSON that says it is text', 'text/plain', JSON.stringify(GRANT), 'unsupported_grant_type'],
    ['multipart', 'multipart/form-data; boundary=x', form, 'unsupported_grant_type'],
    ['a repeated parameter', 'application/x-www-form-urlencoded', `${form}&username=x`, 'invalid_request'],
    ['a broken encoding', 'application/x-www-form-urlencoded', `${form}&x=%zz`, 'invalid_request'],
    ['nothing', 'application/x-www-form-urlencoded', '', 'invalid_request'],
  ])('refuses a body that is %s', async (_what, type, body, error) => {
    const answer = await anyone.send('POST', TOKEN, { headers: { 'content-type': type }, body });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body as object)).toEqual(['error', 'error_description']);
    if (error) expect(answer.body.error).toBe(error);
    expectNotStored(answer);
  });

  it('refuses a body that is absent, or JSON without a content type', async () => {
    for (const [init, error] of [
      [{}, 'invalid_request'],
      [{ body: Buffer.from(JSON.stringify(GRANT)) }, 'unsupported_grant_type'],
    ] as const) {
      const answer = await anyone.send('POST', TOKEN, init);
      expect([answer.status, answer.body.error]).toEqual([400, error]);
      expectNotStored(answer);
    }
  });

  it('needs no credentials, and ignores wrong credentials', async () => {
    const client = service.client(basicOf('admin').slice(0, -4));
    expect((await client.form('POST', TOKEN, GRANT)).status).toBe(200);
  });
});
