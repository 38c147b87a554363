import { decodeJwt } from 'jose';
import { basic, passwordOf, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import {
  ask,
  askRefresh,
  disposeWithoutLeaks,
  introspect,
  isAlive,
  login,
  refresh,
  revoke,
  story,
  TOKEN,
  tokensOf,
  type Tokens,
  untilStale,
} from '../support/sessions.js';

const GRANT = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

const send = (fields: Record<string, string>, headers: Record<string, string>, path = TOKEN): Promise<Answer> =>
  service.client().form('POST', path, fields, headers);
/** Signs in, refreshes or revokes as a client that sends its name only in `Authorization`. */
const sendAs = (authorization: string, fields: Record<string, string>, path = TOKEN): Promise<Answer> =>
  send(fields, { authorization }, path);
const clientOf = ({ body }: Answer): unknown => decodeJwt(body.access_token as string)['client_id'];
const redemption = ({ refresh: token }: Tokens): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: token,
});

describe('a client that HTTP Basic names', () => {
  it('has its own session, and can refresh and revoke it', async () => {
    const phone = tokensOf(await sendAs(basic('phone', ''), GRANT));
    const laptop = tokensOf(await sendAs(basic('laptop', ''), GRANT));
    expect([phone, laptop].map(({ access }) => decodeJwt(access)['client_id'])).toEqual(['phone', 'laptop']);
    const next = tokensOf(await sendAs(basic('phone', ''), redemption(phone)));
    const refused = await sendAs(basic('laptop', ''), redemption(next));
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    expect((await story(service, next)).at(-1)).toBe('refresh-refused: other-client');
    for (const token of [next.refresh, next.access]) {
      const foreign = await sendAs(basic('laptop', ''), { token }, `${TOKEN}/revoke`);
      expect([foreign.status, foreign.body.error]).toEqual([400, 'invalid_grant']);
    }
    expect((await sendAs(basic('phone', ''), { token: next.refresh }, `${TOKEN}/revoke`)).status).toBe(200);
    expect([await isAlive(service, next), await isAlive(service, laptop)]).toEqual([false, true]);
  });

  it.each([
    ['with a secret, which nobody checks', basic('web', 'any: secret'), 'web'],
    ['form-encoded', basic('mobile%20app%3A+%C3%A4', ''), 'mobile app: ä'],
    ['with a percent sign that encodes nothing', basic('100%', ''), '100%'],
    ['with the scheme in lower case', basic('web', '').replace('Basic', 'basic'), 'web'],
    ['with an empty name: the default is the e-mail', basic('', ''), 'all@example.com'],
    ['with an empty name and a secret', basic('', 'secret'), 'all@example.com'],
  ])('is accepted %s', async (_what, authorization, clientId) => {
    const answer = await sendAs(authorization, GRANT);
    expect(answer.status).toBe(200);
    expect(clientOf(answer)).toBe(clientId);
  });

  it('is accepted from Swagger UI, where the user types no client name', async () => {
    const { text } = await service.client().get('/docs/swagger-ui-init.js');
    expect(text).toMatch(/"initOAuth": \{\s*"clientId": "swagger-ui"\s*\}/);
    const answer = await sendAs(basic('swagger-ui', ''), { ...GRANT, scope: '' });
    expect([answer.status, clientOf(answer), 'scope' in answer.body]).toEqual([200, 'swagger-ui', false]);
  });

  it('is ignored when the Authorization header has another scheme', async () => {
    for (const authorization of ['Bearer a.b.c', 'Bearer', 'Digest username="web"'])
      expect(clientOf(await sendAs(authorization, GRANT))).toBe('all@example.com');
  });

  it.each([
    ['Basic', 'Basic'],
    ['no base64', 'Basic !!!!'],
    ['no colon', `Basic ${Buffer.from('web').toString('base64')}`],
  ])('is refused when the header cannot be decoded: %s', async (_what, authorization) => {
    for (const path of [TOKEN, `${TOKEN}/revoke`]) {
      const { status, body } = await sendAs(authorization, { ...GRANT, token: 'x' }, path);
      expect([status, body]).toEqual([
        400,
        {
          error: 'invalid_request',
          error_description: 'The Authorization header is not valid HTTP Basic: expected base64 of client_id:secret.',
        },
      ]);
    }
  });

  it.each([
    ['too long', basic('x'.repeat(513), '')],
    ['blank', basic(' ', '')],
    ['with a control character', basic('a%00b', '')],
    ['with a bidi override', basic('a\u202eb', '')],
    ['that is not UTF-8', `Basic ${Buffer.from('t\u00e9l:', 'latin1').toString('base64')}`],
  ])('is refused when its name is %s', async (_what, authorization) => {
    const { status, body } = await sendAs(authorization, GRANT);
    expect([status, body.error]).toEqual([400, 'invalid_request']);
    expect(body.error_description).toMatch(/^client_id must /);
  });
});

describe('a client that is named twice', () => {
  it.each([
    ['by header and parameter', { client_id: 'web' }, { client_id: 'web' }],
    ['by header and Basic', {}, { client_id: 'web', authorization: basic('web', '') }],
    ['by parameter and Basic', { client_id: 'web' }, { authorization: basic('web', 'x') }],
    ['by all three', { client_id: 'web' }, { client_id: 'web', authorization: basic('web', '') }],
  ])('%s, with the same name, is accepted', async (_what, fields, headers) => {
    const answer = await send({ ...GRANT, ...fields }, headers);
    expect(clientOf(answer)).toBe('web');
  });

  it('is accepted when the name in Basic is not form-encoded', async () => {
    for (const clientId of ['a+b', 'a%20b'])
      expect(clientOf(await send({ ...GRANT, client_id: clientId }, { authorization: basic(clientId, '') }))).toBe(
        clientId,
      );
  });

  it.each([
    ['header', 'parameter', { client_id: 'web' }, { client_id: 'mobile' }],
    ['header', 'Basic', {}, { client_id: 'mobile', authorization: basic('web', '') }],
    ['parameter', 'Basic', { client_id: 'mobile' }, { authorization: basic('web', '') }],
  ])('by %s and %s, with different names, is refused at every endpoint', async (one, other, fields, headers) => {
    const names: Record<string, string> = {
      header: 'the client_id header',
      parameter: 'the client_id parameter',
      Basic: 'HTTP Basic',
    };
    const tokens = await login(service, 'all', 'mobile');
    for (const [path, form] of [
      [TOKEN, GRANT],
      [TOKEN, redemption(tokens)],
      [`${TOKEN}/revoke`, { token: tokens.refresh }],
    ] as const) {
      const { status, body } = await send({ ...form, ...fields }, headers, path);
      const message = `The request names two different clients: one by ${names[one]}, another by ${names[other]}.`;
      expect([status, body]).toEqual([400, { error: 'invalid_request', error_description: message }]);
    }
    await refresh(service, tokens, 'mobile');
  });
});

describe('a request that names no client', () => {
  it('refreshes and retries as the client of the token', async () => {
    const first = await login(service, 'all', 'unnamed');
    const second = await refresh(service, first);
    expect(decodeJwt(second.access)['client_id']).toBe('unnamed');
    expect((await refresh(service, first)).refresh).toBe(second.refresh);
    await refresh(service, second, 'unnamed');
  });

  it('ends the session when the token is a replay', async () => {
    const first = await login(service, 'all', 'replayed');
    const third = await refresh(service, await refresh(service, first, 'replayed'), 'replayed');
    await untilStale();
    expect((await askRefresh(service, first.refresh)).status).toBe(400);
    expect(await isAlive(service, third)).toBe(false);
    expect((await story(service, third)).at(-1)).toBe('session-ended: replayed');
  });

  it.each(['refresh', 'access'] as const)('revokes as the client of the token: %s token', async (kind) => {
    const tokens = await login(service, 'all', 'unnamed');
    const { status, text } = await revoke(service, tokens[kind]);
    expect([status, text]).toEqual([200, '{}']);
    expect(await isAlive(service, tokens)).toBe(false);
    expect((await story(service, tokens)).at(-1)).toBe('session-ended: revoked');
  });

  it('is not slowed down by guesses at the client of its token', async () => {
    const tokens = await login(service, 'all', 'guessed');
    let { status } = await askRefresh(service, tokens.refresh, 'guess');
    for (let n = 0; n < 100 && status !== 429; n++) ({ status } = await askRefresh(service, tokens.refresh, `x${n}`));
    expect(status).toBe(429);
    const next = await refresh(service, tokens);
    expect((await introspect(service, next.refresh)).body.active).toBe(true);
    expect((await revoke(service, next.refresh)).status).toBe(200);
    expect(await isAlive(service, next)).toBe(false);
  });

  it('belongs to the e-mail when the session belongs to the e-mail', async () => {
    const tokens = await login(service, 'all');
    expect(clientOf(await ask(service, redemption(tokens)))).toBe('all@example.com');
  });
});
