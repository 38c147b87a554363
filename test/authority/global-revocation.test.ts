import { basicOf, type Answer, type Client } from '../support/client.js';
import { register, runOn } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  keepSecret,
  login,
  sessionOf,
  type Tokens,
} from '../support/sessions.js';

const PATH = '/api/token/globalrevocation';

describe('Global Token Revocation', () => {
  let service: Service;
  let provider: Client;

  beforeAll(async () => {
    service = await Service.start();
    provider = await clientWith('RefreshToken-Delete', 'provider');
  });
  afterAll(() => disposeWithoutLeaks(service));

  /** A registered client with this role. */
  async function clientWith(Roles: string, name: string): Promise<Client> {
    const settings = { AuthenticationMethod: 'client_secret_basic', Roles };
    const { ClientSecret } = await runOn(service, 'CLIENT_MAKE_SECRET', await register(service, name, settings));
    keepSecret(String(ClientSecret));
    return service.client(`Basic ${Buffer.from(`${name}:${String(ClientSecret)}`).toString('base64')}`);
  }
  const revoke = (subject: unknown, client = provider): Promise<Answer> => client.post(PATH, { sub_id: subject });

  async function expectDead(tokens: Tokens): Promise<void> {
    expect(await isAlive(service, tokens)).toBe(false);
    await expectRefused(service, tokens.refresh);
    expect((await introspect(service, tokens.access)).body).toEqual({ active: false });
  }

  it.each([
    ['email', () => ({ format: 'email', email: 'All@example.com' })],
    ['iss_sub', () => ({ format: 'iss_sub', iss: service.url, sub: 'all@example.com' })],
    ['opaque', () => ({ format: 'opaque', id: 'all@example.com' })],
  ])('ends all sessions of the user that %s names, and those of no other', async (_format, subject) => {
    const [phone, desk] = [await login(service, 'all', 'phone'), await login(service, 'all', 'desk')];
    const other = await login(service, 'none', 'phone');
    const { status, text } = await revoke(subject());
    expect([status, text]).toEqual([204, '']);
    await expectDead(phone);
    await expectDead(desk);
    expect(await isAlive(service, other)).toBe(true);
    const after = await login(service, 'all', 'phone');
    expect(await isAlive(service, after)).toBe(true);
    const ends = await events(service, { SessionId: sessionOf(phone), Kind: 'session-ended' });
    expect(ends).toMatchObject([{ Reason: 'revoked-globally', Actor: 'client:provider' }]);
  });

  it('is for clients and users with the role', async () => {
    const tokens = await login(service, 'all', 'roles');
    const subject = { format: 'email', email: 'all@example.com' };
    expect((await revoke(subject, service.client())).status).toBe(401);
    expect((await revoke(subject, await clientWith('Token-Introspect', 'reader'))).status).toBe(403);
    expect((await revoke(subject, service.client(basicOf('read')))).status).toBe(403);
    expect(await isAlive(service, tokens)).toBe(true);
    expect((await revoke(subject, service.client(basicOf('delete')))).status).toBe(204);
    await expectDead(tokens);
  });

  it.each([
    ['an unknown user', { format: 'email', email: 'nobody@example.com' }, 404],
    ['a user of another issuer', { format: 'iss_sub', iss: 'https://idp.example.com', sub: 'all@example.com' }, 404],
    ['an unknown format', { format: 'phone_number', phone_number: '+12065550100' }, 400],
    ['a format that every object has', { format: 'constructor' }, 400],
    ['no format', { email: 'all@example.com' }, 400],
    ['no address', { format: 'email' }, 400],
    ['no subject', undefined, 400],
    ['a text', 'all@example.com', 400],
  ])('refuses %s', async (_what, subject, status) => {
    const tokens = await login(service, 'all', 'refusals');
    expect((await revoke(subject)).status).toBe(status);
    expect(await isAlive(service, tokens)).toBe(true);
  });

  it('reads JSON alone', async () => {
    const form = { body: 'sub_id=all%40example.com', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await provider.send('POST', PATH, form)).status).toBe(400);
    const text = { body: '{}', headers: { 'content-type': 'text/plain' } };
    expect((await provider.send('POST', PATH, text)).status).toBe(415);
    expect((await provider.post(PATH, [])).status).toBe(400);
  });

  it('is in the metadata', async () => {
    const { body } = await service.client().get('/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({
      global_token_revocation_endpoint: `${service.url}${PATH}`,
      global_token_revocation_endpoint_auth_methods_supported: ['Bearer', 'client_secret_basic'],
    });
  });
});
