import { decodeJwt } from 'jose';
import { PASSWORD } from '../support/client-requests.js';
import { raw } from '../support/raw.js';
import { register } from '../support/registry.js';
import { ProvingKey } from '../support/proofs.js';
import { Service } from '../support/service.js';
import { ask, askRefresh, disposeWithoutLeaks, keepSecret, login, TOKEN, tokensOf } from '../support/sessions.js';

const [A, B] = ['https://a.example', 'https://b.example'];

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await register(service, 'targets', { Audience: `${A} ${B}` });
});
afterAll(() => disposeWithoutLeaks(service));

describe('`resource` of a request that names no client', () => {
  const refreshed = async (refresh: string, resource: string): Promise<unknown> => {
    const answer = await ask(service, { grant_type: 'refresh_token', refresh_token: refresh, resource });
    return answer.status === 200 ? decodeJwt(tokensOf(answer).access).aud : answer.body.error;
  };

  it('is judged at a refresh by the client of the session', async () => {
    const { refresh } = await login(service, 'all', 'targets');
    expect(await refreshed(refresh, service.url)).toBe('invalid_target');
    expect(await refreshed(refresh, 'https://c.example')).toBe('invalid_target');
    expect(await refreshed(refresh, B)).toBe(B);
    const other = await login(service, 'all', 'of no registered client');
    expect(await refreshed(other.refresh, A)).toBe('invalid_target');
    expect(await refreshed(other.refresh, service.url)).toBe(service.url);
    expect(await refreshed('tsr_none', A)).toBe('invalid_grant');
  });

  it('is judged at a sign-in by the client that is named like the user', async () => {
    const signedIn = async (resource: string): Promise<unknown> => {
      const answer = await ask(service, { ...PASSWORD, username: 'ALL@example.com', resource });
      return answer.status === 200 ? decodeJwt(tokensOf(answer).access).aud : answer.body.error;
    };
    expect(await signedIn(A)).toBe('invalid_target');
    await register(service, 'all@example.com', { Audience: `${A} ${B}` });
    expect(await signedIn(service.url)).toBe('invalid_target');
    expect(await signedIn(A)).toBe(A);
  });
});

it('the header client_id is sent once', async () => {
  const { refresh } = await login(service, 'all', 'once');
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh }).toString();
  const head = (names: string[]): string =>
    [
      `POST ${TOKEN} HTTP/1.1`,
      'host: x',
      'connection: close',
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${body.length}`,
      ...names.map((name) => `client_id: ${name}`),
    ].join('\r\n');
  for (const names of [
    ['a', 'b'],
    ['once', 'once'],
  ]) {
    const { status, text } = await raw(service.url, `${head(names)}\r\n\r\n${body}`);
    expect([status, JSON.parse(text)]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The header client_id is given more than once.' },
    ]);
  }
  expect((await askRefresh(service, refresh, 'once')).status).toBe(200);
});

// This restarts the service, so it comes last.
it('a proof names the whole public URL, with its path', async () => {
  await service.end();
  await service.resume({ PUBLIC_URL: `${service.url}/auth` });
  const key = await ProvingKey.make();
  const sent = async (publicUrl: string, path = TOKEN) => {
    const dpop = await key.prove(service, { publicUrl });
    const answer = await service.client().form('POST', path, { ...PASSWORD, client_id: 'proving' }, { dpop });
    if (answer.status === 200) keepSecret(tokensOf(answer).refresh);
    return [answer.status, answer.body.error];
  };
  for (const path of [TOKEN, `/auth${TOKEN}`]) {
    expect(await sent(service.url, path)).toEqual([400, 'invalid_dpop_proof']);
    expect(await sent(`${service.url}/other`, path)).toEqual([400, 'invalid_dpop_proof']);
    expect(await sent(`${service.url}/auth`, path)).toEqual([200, undefined]);
  }
});
