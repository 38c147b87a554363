import { decodeJwt } from 'jose';
import { basicOf, expectFailures, RESOURCE, type Client } from '../support/client.js';
import { byBasic, byPost, ClientRequests, INTROSPECT, OWN, refusal } from '../support/client-requests.js';
import { change, CLIENTS, register, runOn, tryChange, validClient } from '../support/registry.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, seconds, the, TOKEN } from '../support/sessions.js';
import { UsersOf } from '../support/users.js';

const COMMANDS = `${CLIENTS}/runcommand`;
const MAKE = 'CLIENT_MAKE_SECRET';
const SECRET = { AuthenticationMethod: 'client_secret_post' };

let service: Service;
let clients: ClientRequests;
/** A user with all roles of the resource, and no other role. */
let manager: Client;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
  clients = new ClientRequests(service);
  const users = new UsersOf(service);
  const operations = ['Create', 'Read', 'List', 'Edit', 'Delete'];
  const { Email } = await users.make({ Roles: operations.map((operation) => `Client-${operation}`) });
  manager = users.clientOf(Email);
});
afterAll(() => disposeWithoutLeaks(service));

async function made(by: Client, id: number): Promise<string> {
  const { status, text, body } = await by.post(COMMANDS, { Key: MAKE, Ids: [id] });
  if (status !== 200) throw new Error(`No secret was made: ${status} ${text}`);
  const secret = (body as { Value: { ClientSecret: string } }).Value.ClientSecret;
  keepSecret(secret);
  return secret;
}

const viewOf = async (id: number) => (await service.client(basicOf('admin')).get(`${CLIENTS}/${id}`)).body;
const tokenBy = async (name: string, secret: string): Promise<number> =>
  (await clients.send(TOKEN, OWN, byPost(name, secret))).status;

describe('a secret that was made with little power', () => {
  it.each(['none', 'private_key_jwt'])('is not made for a client with %s', async (AuthenticationMethod) => {
    const keys = AuthenticationMethod === 'none' ? {} : { JwksUri: 'https://keys.example.com/jwks.json' };
    const id = await register(service, `early ${AuthenticationMethod}`, { AuthenticationMethod, ...keys });
    expectFailures(await manager.post(COMMANDS, { Key: MAKE, Ids: [id] }), [
      'Ids',
      'must name a client with client_secret_basic or client_secret_post',
      [id],
    ]);
  });

  it('ends when the client gets a role, and stays when it loses one', async () => {
    const id = await register(service, 'promoted', SECRET);
    const early = await made(manager, id);
    expect(await tokenBy('promoted', early)).toBe(200);
    await change(service, id, { Roles: 'RefreshToken-Read RefreshToken-List' });
    expect(await tokenBy('promoted', early)).toBe(400);
    expect(await viewOf(id)).toMatchObject({ SecretMadeOn: null, PreviousSecretMadeOn: null });
    const late = await clients.newSecret(id);
    for (const changes of [
      { Roles: 'RefreshToken-List' },
      { Name: 'P' },
      { AuthenticationMethod: 'client_secret_basic' },
    ])
      await change(service, id, changes);
    expect((await clients.send(TOKEN, OWN, byBasic('promoted', late))).status).toBe(200);
    await change(service, id, { Roles: 'RefreshToken-List RefreshToken-Delete' });
    expect((await clients.send(TOKEN, OWN, byBasic('promoted', late))).status).toBe(401);
  });

  it('ends when the client authenticates in another way than by a secret', async () => {
    const id = await register(service, 'to and fro', SECRET);
    const [first, second] = [await made(manager, id), await made(manager, id)];
    await change(service, id, { AuthenticationMethod: 'none' });
    await change(service, id, SECRET);
    expect([await tokenBy('to and fro', first), await tokenBy('to and fro', second)]).toEqual([400, 400]);
  });

  it('shows in the record when it was made', async () => {
    const id = await register(service, 'dated', SECRET);
    expect(await viewOf(id)).toMatchObject({ SecretMadeOn: null, PreviousSecretMadeOn: null });
    const { MadeOn } = await runOn(service, MAKE, id);
    await change(service, id, { SecretMadeOn: null, Name: 'Dated' });
    expect(await viewOf(id)).toMatchObject({ SecretMadeOn: MadeOn, PreviousSecretMadeOn: null });
    await clients.newSecret(id);
    expect(await viewOf(id)).toMatchObject({ PreviousSecretMadeOn: MadeOn });
  });
});

it('a client with more roles than the user cannot lose its earlier secret or its record by that user', async () => {
  const { id } = await clients.registerSecret('mighty', { Roles: 'RefreshToken-Delete' });
  await clients.newSecret(id);
  const refused = [
    await manager.post(COMMANDS, { Key: 'CLIENT_RETIRE_SECRET', Ids: [id] }),
    await manager.delete(`${CLIENTS}/${id}`),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403]);
  expect(await runOn(service, 'CLIENT_RETIRE_SECRET', id)).toMatchObject({ HasRetired: true });
  expect((await tryChange(service, id, { Roles: null })).status).toBe(200);
  expect((await manager.delete(`${CLIENTS}/${id}`)).status).toBe(200);
});

describe('a token of a client itself', () => {
  const issued = async (name: string, secret: string): Promise<string> => {
    const { body } = await clients.send(TOKEN, OWN, byBasic(name, secret));
    keepSecret(...String(body.access_token).split('.').slice(1));
    return String(body.access_token);
  };
  const described = async (token: string) =>
    (await clients.send(INTROSPECT, { token }, { headers: { authorization: basicOf('read') } })).body;

  it('stays dead when the client is deleted and its name is registered again', async () => {
    const { id, secret } = await clients.registerSecret('reborn', { Roles: 'RefreshToken-List' });
    const token = await issued('reborn', secret);
    const statusOf = async (of: string) => (await service.client(`Bearer ${of}`).get(`${RESOURCE}?size=1`)).status;
    expect(await statusOf(token)).toBe(200);
    await service.client(basicOf('admin')).delete(`${CLIENTS}/${id}`);
    expect(await statusOf(token)).toBe(401);
    await seconds(1.1);
    const again = await clients.registerSecret('reborn', { Roles: 'RefreshToken-List' });
    expect(await statusOf(token)).toBe(401);
    expect(await described(token)).toEqual({ active: false });
    expect(await statusOf(await issued('reborn', again.secret))).toBe(200);
  });

  it('shows at introspection when it really ends', async () => {
    const { id, secret } = await clients.registerSecret('shortened', { AccessTokenTtl: 600 });
    const token = await issued('shortened', secret);
    const { iat, exp } = decodeJwt(token);
    expect((await described(token)).exp).toBe(exp);
    await change(service, id, { AccessTokenTtl: 60 });
    expect((await described(token)).exp).toBe(the(iat) + 60);
  });
});

describe('a client that is registered', () => {
  it.each([
    [' lead', 'must not begin or end with white space'],
    ['trail\u00a0', 'must not begin or end with white space'],
    ['cafe\u0301', 'must be in Unicode normalization form C (NFC)'],
  ])('is not named %j', async (name, message) => {
    expectFailures(await service.client(basicOf('admin')).post(CLIENTS, validClient(name)), [
      'ClientId',
      message,
      name,
    ]);
  });

  it('may be named with spaces within and other letters, and other names work without registration', async () => {
    await register(service, 'caf\u00e9 at home');
    const form = { ...OWN, client_id: ' lead' };
    expect(refusal(await clients.send(TOKEN, form))).toEqual([400, 'unauthorized_client', null]);
  });
});
