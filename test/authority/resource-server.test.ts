import type { INestApplication } from '@nestjs/common';
import { createResourceServer } from '../../examples/resource-server/src/application.js';
import { Settings } from '../../examples/resource-server/src/settings.js';
import { Client } from '../support/client.js';
import { encodedBasic } from '../support/client-keys.js';
import { register, runOn } from '../support/registry.js';
import { freePort, Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, revoke, seconds, type Tokens } from '../support/sessions.js';

const CLIENT = { id: 'notes: ä', secret: '' };

describe('the example of a resource server', () => {
  let service: Service;
  let servers: INestApplication[];
  let tokens: Tokens;

  /** Starts the server at a port of its own, and returns its URL. */
  const serve = async (issuer = service.url, client = CLIENT): Promise<string> => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = await createResourceServer(new Settings(issuer, client, url));
    servers.push(server);
    await server.listen(port, '127.0.0.1');
    return url;
  };
  const start = async (issuer?: string, client?: typeof CLIENT): Promise<(token: string) => Client> => {
    const url = await serve(issuer, client);
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
    const client = await start();
    expect((await client(tokens.access).get('/notes')).body).toEqual({
      user: 'none@example.com',
      notes: ['Water the plants'],
    });
    expect((await client(tokens.access).delete('/notes')).body).toEqual({ user: 'none@example.com', notes: [] });
  });

  it('refuses everything that is not an access token of this service', async () => {
    const client = await start();
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
    const elsewhere = await start(service.url.replace('127.0.0.1', 'localhost'));
    expect((await elsewhere(tokens.access).get('/notes')).status).toBe(401);
  });

  it('refuses a token whose session has ended, where it introspects', async () => {
    const client = await start();
    await revoke(service, tokens.refresh, 'notes-app');
    expect((await client(tokens.access).delete('/notes')).status).toBe(401);
  });

  it('refuses a token whose session has ended, within two seconds, where it follows the feed', async () => {
    const client = await start();
    expect((await client(tokens.access).get('/notes')).status).toBe(200);
    await revoke(service, tokens.refresh, 'notes-app');
    const ended = performance.now();
    while ((await client(tokens.access).get('/notes')).status === 200) await seconds(0.05);
    expect(performance.now() - ended).toBeLessThan(2_000);
    const later = await start();
    expect((await later(tokens.access).get('/notes')).status).toBe(401);
  });

  it('does nothing while it cannot find out whether the session is alive', async () => {
    const client = await start(service.url, { ...CLIENT, secret: 'wrong' });
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
