import type { INestApplication } from '@nestjs/common';
import { createResourceServer } from '../../examples/resource-server/src/application.js';
import { Settings } from '../../examples/resource-server/src/settings.js';
import { Client } from '../support/client.js';
import { encodedBasic } from '../support/client-keys.js';
import { register, runOn } from '../support/registry.js';
import { loginWith, ProvingKey } from '../support/proofs.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, revoke, seconds, type Tokens } from '../support/sessions.js';

const CLIENT = { id: 'notes: ä', secret: '' };

describe('the example of a resource server', () => {
  let service: Service;
  let servers: INestApplication[];
  let tokens: Tokens;

  const start = async (settings: Settings): Promise<(token: string) => Client> => {
    const server = await createResourceServer(settings);
    servers.push(server);
    await server.listen(0, '127.0.0.1');
    const url = await server.getUrl();
    return (token) => new Client(url, `Bearer ${token}`);
  };

  beforeAll(async () => {
    servers = [];
    service = await Service.start();
    const id = await register(service, CLIENT.id, {
      AuthenticationMethod: 'client_secret_basic',
      Roles: 'Token-Introspect',
    });
    CLIENT.secret = String((await runOn(service, 'CLIENT_MAKE_SECRET', id))['ClientSecret']);
    keepSecret(CLIENT.secret);
  });
  beforeEach(async () => {
    tokens = await login(service, 'none', 'notes-app');
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await disposeWithoutLeaks(service);
  });

  it('accepts an access token, and knows its user', async () => {
    const client = await start(new Settings(service.url, CLIENT));
    expect((await client(tokens.access).get('/notes')).body).toEqual({
      user: 'none@example.com',
      notes: ['Water the plants'],
    });
    expect((await client(tokens.access).delete('/notes')).body).toEqual({ user: 'none@example.com', notes: [] });
  });

  it('refuses everything that is not an access token of this service', async () => {
    const client = await start(new Settings(service.url, CLIENT));
    const [header, payload, signature] = tokens.access.split('.');
    for (const wrong of [
      '',
      'x',
      tokens.refresh,
      `${header}.${payload}.${signature?.replace(/^./, 'A')}x`,
      `${header}..${signature}`,
    ]) {
      for (const method of ['GET', 'DELETE']) expect((await client(wrong).send(method, '/notes')).status).toBe(401);
    }
    const elsewhere = await start(new Settings(service.url.replace('127.0.0.1', 'localhost'), CLIENT));
    expect((await elsewhere(tokens.access).get('/notes')).status).toBe(401);
  });

  it('refuses a token that is bound to a key, since it reads no proofs', async () => {
    const client = await start(new Settings(service.url, CLIENT));
    const { access } = await loginWith(service, await ProvingKey.make(), 'bound', 'none');
    for (const method of ['GET', 'DELETE']) expect((await client(access).send(method, '/notes')).status).toBe(401);
  });

  it('refuses a token whose session has ended, where it introspects', async () => {
    const client = await start(new Settings(service.url, CLIENT));
    await revoke(service, tokens.refresh, 'notes-app');
    expect((await client(tokens.access).delete('/notes')).status).toBe(401);
  });

  it('refuses a token whose session has ended, within two seconds, where it follows the feed', async () => {
    const client = await start(new Settings(service.url, CLIENT));
    expect((await client(tokens.access).get('/notes')).status).toBe(200);
    await revoke(service, tokens.refresh, 'notes-app');
    const ended = performance.now();
    while ((await client(tokens.access).get('/notes')).status === 200) await seconds(0.05);
    expect(performance.now() - ended).toBeLessThan(2_000);
    const later = await start(new Settings(service.url, CLIENT));
    expect((await later(tokens.access).get('/notes')).status).toBe(401);
  });

  it('does nothing while it cannot find out whether the session is alive', async () => {
    const client = await start(new Settings(service.url, { ...CLIENT, secret: 'wrong' }));
    expect((await client(tokens.access).delete('/notes')).status).toBe(503);
  });

  it('is a client that can only introspect', async () => {
    const account = service.client(encodedBasic(CLIENT.id, CLIENT.secret));
    expect((await account.form('POST', '/api/token/introspect', { token: tokens.access })).body.active).toBe(true);
    // Elsewhere, Basic is a user.
    expect((await account.get('/api/sys/refreshtokens')).status).toBe(401);
    const form = { grant_type: 'client_credentials' };
    const { body } = await account.form('POST', '/api/token', form);
    keepSecret(String(body.access_token));
    const own = service.client(`Bearer ${String(body.access_token)}`);
    for (const path of ['/api/sys/refreshtokens', '/api/sys/refreshtokens/1', '/api/sys/audittrailentries']) {
      expect((await own.get(path)).status).toBe(403);
    }
  });
});
