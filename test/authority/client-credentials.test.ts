import { decodeJwt } from 'jose';
import { basic, basicOf, RESOURCE } from '../support/client.js';
import {
  byBasic,
  CHALLENGE,
  ClientRequests,
  INTROSPECT,
  OWN,
  PASSWORD,
  refusal,
  REVOKE,
} from '../support/client-requests.js';
import { change, register, runOn, tryChange } from '../support/registry.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, keepSecret, login, seconds, the, TOKEN, tokensOf } from '../support/sessions.js';

const VALID = { Name: 'n', Enabled: true, AuthenticationMethod: 'client_secret_post', DpopRequired: false };

let service: Service;
let clients: ClientRequests;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
  clients = new ClientRequests(service);
});
afterAll(() => disposeWithoutLeaks(service));

describe('client credentials', () => {
  it('give a client a token of its own, with the roles of its record', async () => {
    const { id, secret } = await clients.registerSecret('machine', { Roles: 'RefreshToken-List', AccessTokenTtl: 600 });
    const answer = await clients.send(TOKEN, OWN, byBasic('machine', secret));
    expect(Object.keys(answer.body as object)).toEqual(['access_token', 'token_type', 'expires_in']);
    const { access_token: token, expires_in: life } = answer.body as { access_token: string; expires_in: number };
    keepSecret(token);
    const claims = decodeJwt(token);
    expect(Object.keys(claims).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub']);
    expect(claims).toMatchObject({ sub: 'machine', client_id: 'machine', aud: service.url });
    expect([life, the(claims.exp) - the(claims.iat)]).toEqual([600, 600]);
    const machine = service.client(`Bearer ${token}`);
    expect((await machine.get(`${RESOURCE}?size=1`)).status).toBe(200);
    expect((await machine.get(`${RESOURCE}/1`)).status).toBe(403);
    const { body } = await clients.send(INTROSPECT, { token }, { headers: { authorization: basicOf('read') } });
    expect(body).toEqual({ active: true, token_type: 'bearer', ...claims });
    const [event] = await events(service, { Kind: 'client-token-issued', ClientId: 'machine' });
    expect(event).toMatchObject({ Actor: 'client:machine', Reason: 'client_secret_basic' });

    await change(service, id, { Roles: 'RefreshToken-Read RefreshToken-Create' });
    expect((await machine.get(`${RESOURCE}?size=1`)).status).toBe(403);
    const record = { Subject: 's', ClientId: 'c', ExpiresOn: '2030-01-01T00:00:00Z', ProtectedTicket: 'p' };
    const made = await machine.post(RESOURCE, { ...record, TicketHash: 'h', TicketSalt: 's' });
    expect([made.status, made.body.UpdatedBy]).toEqual([200, 'client:machine']);

    // The new roles ended the secret.
    const revoked = await clients.send(REVOKE, { token }, byBasic('machine', await clients.newSecret(id)));
    expect(refusal(revoked)).toEqual([400, 'unsupported_token_type', null]);
    for (const changes of [{ Enabled: false }, { AllowedGrants: 'password' }, { AccessTokenTtl: 1 }]) {
      await change(service, id, changes);
      if ('AccessTokenTtl' in changes) await seconds(1.1);
      expect([changes, (await machine.get(`${RESOURCE}/1`)).status]).toEqual([changes, 401]);
      const inactive = await clients.send(INTROSPECT, { token }, { headers: { authorization: basicOf('read') } });
      expect(inactive.body).toEqual({ active: false });
      await change(service, id, { Enabled: true, AllowedGrants: null, AccessTokenTtl: 600 });
      expect((await machine.get(`${RESOURCE}/99999999`)).status).toBe(404);
    }
  });

  it('are only for registered clients that authenticate and may use the grant', async () => {
    await register(service, 'public machine', {});
    const { secret } = await clients.registerSecret('no machine', { AllowedGrants: 'password refresh_token' });
    const refused = [400, 'unauthorized_client', null];
    for (const client of ['public machine', 'not registered'])
      expect(refusal(await clients.send(TOKEN, OWN, { form: { client_id: client } }))).toEqual(refused);
    expect(refusal(await clients.send(TOKEN, OWN))).toEqual(refused);
    expect(refusal(await clients.send(TOKEN, OWN, byBasic('no machine', secret)))).toEqual(refused);
  });

  it('need the role at introspection', async () => {
    const { secret } = await clients.registerSecret('without role');
    const answer = await clients.send(INTROSPECT, { token: 'x' }, byBasic('without role', secret));
    expect([answer.status, answer.body.error]).toEqual([403, 'insufficient_scope']);
  });
});

describe('an audience', () => {
  it('is what the record says, and a request chooses of it by `resource`', async () => {
    const [a, b] = ['https://a.example/api', 'urn:b'];
    const { secret } = await clients.registerSecret('for others', { Audience: `${a}  ${b} ${service.url}` });
    const audienceOf = async (...resources: string[]): Promise<unknown> => {
      const body = new URLSearchParams(OWN);
      for (const resource of resources) body.append('resource', resource);
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic('for%20others', secret),
      };
      const { status, body: answer } = await service.client().send('POST', TOKEN, { headers, body: body.toString() });
      return status === 200 ? decodeJwt(answer.access_token as string).aud : [status, answer.error];
    };
    expect(await audienceOf()).toEqual([a, b, service.url]);
    expect(await audienceOf(b)).toBe(b);
    expect(await audienceOf(b, a)).toEqual([a, b]);
    expect(await audienceOf(a, 'https://c.example')).toEqual([400, 'invalid_target']);
    const session = tokensOf(await clients.send(TOKEN, { ...PASSWORD, resource: a }, byBasic('for others', secret)));
    expect(decodeJwt(session.access).aud).toBe(a);
    expect((await service.client(`Bearer ${session.access}`).get(RESOURCE)).status).toBe(401);
    const { body } = await clients.send(
      INTROSPECT,
      { token: session.access },
      { headers: { authorization: basicOf('read') } },
    );
    expect(body).toMatchObject({ active: true, aud: a });
    const form = { grant_type: 'refresh_token', refresh_token: session.refresh };
    const whole = tokensOf(await clients.send(TOKEN, form, byBasic('for others', secret)));
    expect((await service.client(`Bearer ${whole.access}`).get(RESOURCE)).status).toBe(200);
  });

  it('of other clients is the service alone', async () => {
    expect((await clients.send(TOKEN, { ...PASSWORD, resource: service.url })).status).toBe(200);
    const other = await clients.send(TOKEN, { ...PASSWORD, resource: 'https://a.example' });
    expect(refusal(other)).toEqual([400, 'invalid_target', null]);
  });
});

describe('the roles of a client', () => {
  it('can be given, and its secret made, only by a user who has them', async () => {
    const admin = service.client(basicOf('admin'));
    expect((await admin.get('/api/sys/clients?size=1')).status).toBe(200);
    const { secret } = await clients.registerSecret('registrar', { Roles: 'Client-Create Client-Edit Client-Read' });
    const { body } = await clients.send(TOKEN, OWN, byBasic('registrar', secret));
    const registrar = service.client(`Bearer ${String(body.access_token)}`);
    const powerful = { ...VALID, ClientId: 'powerful', Roles: 'RefreshToken-Delete' };
    expect((await registrar.post('/api/sys/clients', powerful)).status).toBe(403);
    expect((await registrar.post('/api/sys/clients', { ...powerful, Roles: 'Client-Read' })).status).toBe(200);
    const id = await register(service, 'stronger', { ...VALID, Roles: 'RefreshToken-Delete' });
    const { body: record } = await registrar.get(`/api/sys/clients/${id}`);
    expect((await registrar.put('/api/sys/clients', { ...record, Roles: null })).status).toBe(403);
    const run = { Key: 'CLIENT_MAKE_SECRET', Ids: [id] };
    expect((await registrar.post('/api/sys/clients/runcommand', run)).status).toBe(403);
    expect((await tryChange(service, id, { Roles: 'Client-Read' })).status).toBe(200);
  });
});

// These two restart the service, so they come last.
it('a client that another program wrote into the database cannot authenticate, nor keep its token', async () => {
  const { secret } = await clients.registerSecret('tampered', { Roles: 'RefreshToken-List' });
  const { body } = await clients.send(TOKEN, OWN, byBasic('tampered', secret));
  const id = await register(service, 'planted', { AuthenticationMethod: 'client_secret_basic' });
  await service.end();
  await runSql(
    service.dataDir,
    `UPDATE clients SET roles = 'RefreshToken-List RefreshToken-Delete' WHERE client_id = 'tampered';
    UPDATE clients SET secret_hash = (SELECT secret_hash FROM clients WHERE client_id = 'tampered') WHERE client_id = 'planted'`,
  );
  await service.resume();
  expect((await service.client(`Bearer ${String(body.access_token)}`).get(RESOURCE)).status).toBe(401);
  for (const name of ['tampered', 'planted']) {
    expect(refusal(await clients.send(TOKEN, OWN, byBasic(name, secret)))).toEqual([401, 'invalid_client', CHALLENGE]);
    expect(await clients.reasonsOf(name)).toEqual(['client-tampered']);
  }
  await expect(runOn(service, 'CLIENT_MAKE_SECRET', id)).rejects.toThrow('409');
  await change(service, id, {});
  expect(refusal(await clients.send(TOKEN, OWN, byBasic('planted', secret)))[0]).toBe(401);
  const made = await clients.newSecret(id);
  expect((await clients.send(TOKEN, OWN, byBasic('planted', made))).status).toBe(200);
});

it('with API_AUDIENCE, only a token for that audience opens the routes of the service', async () => {
  const audience = 'https://tessera.example/administration';
  const { secret } = await clients.registerSecret('administration', { Audience: audience });
  await service.end();
  await service.resume({ API_AUDIENCE: audience });
  const app = await login(service, 'all', 'an app');
  const administration = tokensOf(await clients.send(TOKEN, PASSWORD, byBasic('administration', secret)));
  const statusOf = async (token: string) => (await service.client(`Bearer ${token}`).get(RESOURCE)).status;
  expect([await statusOf(app.access), await statusOf(administration.access)]).toEqual([401, 200]);
  const { body } = await clients.send(
    INTROSPECT,
    { token: app.access },
    { headers: { authorization: basicOf('read') } },
  );
  expect(body).toMatchObject({ active: true, aud: service.url });
});
