import { basicOf, passwordOf, RESOURCE, validRecord, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, introspect, isAlive, login, TOKEN, tokensOf } from '../support/sessions.js';

const GRANT = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
const FORM = new URLSearchParams(GRANT).toString();
const FORM_ONLY = 'The body must be application/x-www-form-urlencoded.';
const TOKEN_FORM_ONLY = 'The token endpoint accepts application/x-www-form-urlencoded only.';
/** `undefined` means no content type. */
const TYPES = [undefined, 'text/plain', 'text/plain;charset=UTF-8', 'TEXT/PLAIN; charset=utf-8'];

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** Sends bytes, since fetch adds a content type to text. */
const post = (path: string, type: string | undefined, body: string, authorization?: string): Promise<Answer> =>
  service
    .client(authorization)
    .send('POST', path, { headers: type === undefined ? {} : { 'content-type': type }, body: Buffer.from(body) });

describe('a form without its content type', () => {
  it.each(TYPES)('signs in, refreshes, introspects and revokes: %s', async (type) => {
    const tokens = tokensOf(await post(TOKEN, type, `${FORM}&client_id=untyped`));
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh });
    const next = tokensOf(await post(TOKEN, type, form.toString()));
    const introspected = await post(`${TOKEN}/introspect`, type, `token=${next.refresh}`, basicOf('read'));
    expect([introspected.status, introspected.body.client_id]).toEqual([200, 'untyped']);
    expect((await post(`${TOKEN}/revoke`, type, `token=${next.refresh}`)).status).toBe(200);
    expect(await isAlive(service, next)).toBe(false);
  });

  it('is refused at the resource', async () => {
    const body = new URLSearchParams(validRecord() as Record<string, string>).toString();
    for (const type of TYPES) expect((await post(RESOURCE, type, body, basicOf('all'))).status).toBe(415);
  });

  it.each(TYPES)('is refused when it repeats a parameter or is encoded wrongly: %s', async (type) => {
    for (const more of ['username=x', 'x=%zz']) {
      const { status, body } = await post(TOKEN, type, `${FORM}&${more}`);
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    }
  });

  it.each(TYPES)('counts as a form without parameters when the body is empty: %s', async (type) => {
    for (const [path, name] of [
      [TOKEN, 'grant_type'],
      [`${TOKEN}/revoke`, 'token'],
    ] as const) {
      const { status, body } = await post(path, type, '');
      expect([status, body]).toEqual([
        400,
        { error: 'invalid_request', error_description: `The parameter ${name} is missing.` },
      ]);
    }
  });
});

describe('a body that is not a form', () => {
  const json = JSON.stringify({ ...GRANT, token: 'x', note: '100%&a=b' });
  it.each<[string | undefined, string]>([
    ...TYPES.map((type): [string | undefined, string] => [type, json]),
    [undefined, ` \n[${json}]`],
    ['application/json', json],
    ['application/json', '{'],
    ['application/json', ''],
    ['application/xml', '<token/>'],
    ['application/octet-stream', FORM],
    ['text/html', FORM],
    ['multipart/form-data; boundary=x', FORM],
    ['no type', FORM],
  ])('is refused, and the message names only the form: %s %s', async (type, text) => {
    const answer = await post(TOKEN, type, text);
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'unsupported_grant_type', error_description: TOKEN_FORM_ONLY },
    ]);
    for (const path of [`${TOKEN}/revoke`, `${TOKEN}/introspect`]) {
      const { status, body } = await post(path, type, text, basicOf('read'));
      expect([path, status, body]).toEqual([path, 415, { error: 'invalid_request', error_description: FORM_ONLY }]);
    }
  });

  it('gets 413 when it is too large, whatever its type', async () => {
    for (const type of [...TYPES, 'application/x-www-form-urlencoded']) {
      const { status, body } = await post(`${TOKEN}/revoke`, type, `token=${'x'.repeat(300_000)}`);
      expect([status, body.error_description]).toEqual([413, 'The body is larger than 256 KiB.']);
    }
  });
});

describe('the answer to a revocation', () => {
  it('is an empty object: some clients parse only JSON, and others fail on an empty body', async () => {
    const tokens = await login(service, 'all', 'empty');
    for (const token of [tokens.refresh, tokens.access, 'x']) {
      const { status, text, headers } = await post(`${TOKEN}/revoke`, undefined, `token=${token}`);
      expect([status, text, headers.get('content-length')]).toEqual([200, '{}', '2']);
      expect(headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    }
  });
});

describe('a scope', () => {
  const MEMBERS = ['access_token', 'token_type', 'expires_in', 'refresh_token'];
  const ask = (fields: Record<string, string>): Promise<Answer> => service.client().form('POST', TOKEN, fields);

  it.each(['openid', 'offline_access', 'openid profile email', '"', 'x'.repeat(5_000)])(
    'is ignored, and the answer says that none was granted: %s',
    async (scope) => {
      const first = await ask({ ...GRANT, client_id: 'scoped', scope });
      expect([first.status, Object.keys(first.body as object)]).toEqual([200, [...MEMBERS, 'scope']]);
      expect(first.body.scope).toBe('');
      const { refresh } = tokensOf(first);
      const next = await ask({ grant_type: 'refresh_token', refresh_token: refresh, scope });
      expect([next.status, Object.keys(next.body as object), next.body.scope]).toEqual([
        200,
        [...MEMBERS, 'scope'],
        '',
      ]);
      expect((await introspect(service, tokensOf(next).access)).body).not.toHaveProperty('scope');
    },
  );

  it.each([{}, { scope: '' }])('is absent from the answer when the client requested none: %j', async (fields) => {
    const first = await ask({ ...GRANT, ...fields });
    const next = await ask({ grant_type: 'refresh_token', refresh_token: tokensOf(first).refresh, ...fields });
    for (const { body } of [first, next]) expect(Object.keys(body as object)).toEqual(MEMBERS);
  });

  it('is refused where the setting requires it, and the refusal uses up nothing', async () => {
    const { refresh } = tokensOf(await ask(GRANT));
    await service.end();
    await service.resume({ REQUESTED_SCOPE: 'refuse' });
    for (const form of [GRANT, { grant_type: 'refresh_token', refresh_token: refresh }]) {
      const { status, body } = await ask({ ...form, scope: 'openid' });
      expect([status, body]).toEqual([
        400,
        { error: 'invalid_scope', error_description: 'This service grants no scopes: leave scope out.' },
      ]);
    }
    expect(
      Object.keys((await ask({ grant_type: 'refresh_token', refresh_token: refresh, scope: '' })).body as object),
    ).toEqual(MEMBERS);
    await service.end();
    await service.resume({ REQUESTED_SCOPE: undefined });
  });
});
