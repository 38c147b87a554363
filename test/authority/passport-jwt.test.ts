import { createHmac } from 'node:crypto';
import { bearerOf, RESOURCE, type Answer } from '../support/client.js';
import { startExtended } from '../support/extended.js';
import { encodePart } from '../support/forge.js';
import type { Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await startExtended('partners.module.ts');
});
afterAll(() => service.dispose());

const search = (authorization: string): Promise<Answer> => service.client(authorization).get(RESOURCE);

async function seen(): Promise<{ requests: number; signatures: number }> {
  return (await service.client().get('/partners/seen')).body as { requests: number; signatures: number };
}

describe('passport-jwt', () => {
  it('checks the bearer token of each request, and the signature of each token once', async () => {
    const bearers = await Promise.all([bearerOf(service.client(), 'admin'), bearerOf(service.client(), 'all')]);
    const before = await seen();
    for (const bearer of [...bearers, ...bearers, ...bearers]) expect((await search(bearer)).status).toBe(200);
    const after = await seen();
    expect([after.requests - before.requests, after.signatures - before.signatures]).toEqual([6, 2]);
  });

  it('refuses a header with more than one token, which its own extractor would take', async () => {
    const bearer = await bearerOf(service.client(), 'admin');
    for (const header of [`${bearer} x`, `x ${bearer}`, `${bearer}, ${bearer}`]) {
      const { status, headers } = await search(header);
      const isBearer = header.startsWith('Bearer');
      expect([status, headers.get('www-authenticate')]).toEqual([
        401,
        isBearer ? 'Bearer error="invalid_token"' : 'Bearer',
      ]);
    }
  });

  it('verifies the tokens of other strategies as usual', async () => {
    const send = async (secret: string, claims: object): Promise<number> => {
      const signed = `${encodePart({ alg: 'HS256', typ: 'JWT' })}.${encodePart(claims)}`;
      const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
      return (await service.client().send('GET', '/partners', { headers: { 'x-partner': token } })).status;
    };
    const secret = 'the secret of the partners';
    expect(await send(secret, { sub: 'ada' })).toBe(200);
    expect(await send('another secret', { sub: 'ada' })).toBe(401);
    expect(await send(secret, { sub: 'ada', exp: 1 })).toBe(401);
    const [, access = ''] = (await bearerOf(service.client(), 'admin')).split(' ');
    const headers = { 'x-partner': access };
    expect((await service.client().send('GET', '/partners', { headers })).status).toBe(401);
  });
});
