import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { bearerOf, passwordOf, RESOURCE } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, TOKEN } from '../support/sessions.js';

const CLIENT_ID = 'strict';
/** The only setting that these clients need: the service of a test has no certificate. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only so that readers notice it
const HTTP = { [oauth.allowInsecureRequests]: true };
const PASSWORD_GRANT = { username: 'all@example.com', password: passwordOf('all') };

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

const statusOf = async (accessToken: string): Promise<number> =>
  (await service.client(`Bearer ${accessToken}`).get(`${RESOURCE}?size=1`)).status;

describe('oauth4webapi', () => {
  const client: oauth.Client = { client_id: CLIENT_ID };
  const none = oauth.None();
  let server: oauth.AuthorizationServer;
  let tokens: oauth.TokenEndpointResponse;

  it('discovers the server', async () => {
    const issuer = new URL(service.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...HTTP });
    server = await oauth.processDiscoveryResponse(issuer, response);
    expect(server.token_endpoint).toBe(service.url + TOKEN);
  });

  it('signs in and refreshes', async () => {
    const first = await oauth.genericTokenEndpointRequest(server, client, none, 'password', PASSWORD_GRANT, HTTP);
    const { refresh_token: token = '' } = await oauth.processGenericTokenEndpointResponse(server, client, first);
    const second = await oauth.refreshTokenGrantRequest(server, client, none, token, HTTP);
    tokens = await oauth.processRefreshTokenResponse(server, client, second);
    expect([tokens.token_type, tokens.expires_in]).toEqual(['bearer', 3600]);
  });

  it('reads a refusal', async () => {
    const refused = await oauth.refreshTokenGrantRequest(server, client, none, 'x', HTTP);
    await expect(oauth.processRefreshTokenResponse(server, client, refused)).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
  });

  it('validates an access token as RFC 9068 says', async () => {
    const request = new Request(`${service.url}${RESOURCE}`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, service.url, HTTP);
    expect(claims).toMatchObject({ iss: service.url, sub: 'all@example.com', client_id: CLIENT_ID });
  });

  it('introspects and revokes', async () => {
    const { refresh_token: token = '' } = tokens;
    const authorization = await bearerOf(service.client(), 'admin');
    const asker: oauth.ClientAuth = (_server, _client, _body, headers) => {
      headers.set('authorization', authorization);
    };
    const ask = async (): Promise<oauth.IntrospectionResponse> => {
      const response = await oauth.introspectionRequest(server, client, asker, token, HTTP);
      return await oauth.processIntrospectionResponse(server, client, response);
    };
    expect(await ask()).toMatchObject({ active: true, client_id: CLIENT_ID });
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, token, HTTP));
    expect(await ask()).toEqual({ active: false });
    expect(await statusOf(tokens.access_token)).toBe(401);
  });
});

describe('oauth4webapi with HTTP Basic, which it form-encodes', () => {
  const client: oauth.Client = { client_id: 'strict-client_v1.0: ä' };
  const basic = oauth.ClientSecretBasic('a secret that nobody checks');

  it('signs in, refreshes, introspects as a user, and revokes', async () => {
    const issuer = new URL(service.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...HTTP });
    const server = await oauth.processDiscoveryResponse(issuer, response);
    const first = await oauth.genericTokenEndpointRequest(server, client, basic, 'password', PASSWORD_GRANT, HTTP);
    const { refresh_token: token = '' } = await oauth.processGenericTokenEndpointResponse(server, client, first);
    const second = await oauth.refreshTokenGrantRequest(server, client, basic, token, HTTP);
    const { refresh_token: next = '' } = await oauth.processRefreshTokenResponse(server, client, second);
    const reader: oauth.Client = { client_id: 'read@example.com' };
    const asReader = oauth.ClientSecretBasic(passwordOf('read'));
    const introspected = await oauth.introspectionRequest(server, reader, asReader, next, HTTP);
    expect(await oauth.processIntrospectionResponse(server, reader, introspected)).toMatchObject({
      active: true,
      client_id: client.client_id,
    });
    await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, basic, next, HTTP));
    const refused = await oauth.refreshTokenGrantRequest(server, client, basic, next, HTTP);
    await expect(oauth.processRefreshTokenResponse(server, client, refused)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('reports that no scope was granted', async () => {
    const issuer = new URL(service.url);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...HTTP });
    const server = await oauth.processDiscoveryResponse(issuer, response);
    const form = { ...PASSWORD_GRANT, scope: 'openid offline_access' };
    const answer = await oauth.genericTokenEndpointRequest(server, client, basic, 'password', form, HTTP);
    expect(await oauth.processGenericTokenEndpointResponse(server, client, answer)).toMatchObject({ scope: '' });
  });
});

describe('openid-client', () => {
  let configuration: openid.Configuration;
  let tokens: openid.TokenEndpointResponse;

  it('discovers the server', async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only so that readers notice it
    const options: openid.DiscoveryRequestOptions = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
    configuration = await openid.discovery(new URL(service.url), CLIENT_ID, undefined, openid.None(), options);
    expect(configuration.serverMetadata().issuer).toBe(service.url);
  });

  it('signs in and refreshes', async () => {
    const first = await openid.genericGrantRequest(configuration, 'password', PASSWORD_GRANT);
    tokens = await openid.refreshTokenGrant(configuration, first.refresh_token ?? '');
    expect(tokens.refresh_token).not.toBe(first.refresh_token);
    expect(await statusOf(tokens.access_token)).toBe(200);
  });

  it('introspects and revokes', async () => {
    const { refresh_token: token = '' } = tokens;
    const basic = openid.ClientSecretBasic(passwordOf('read'));
    const reader = new openid.Configuration(configuration.serverMetadata(), 'read@example.com', undefined, basic);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated only so that readers notice it
    openid.allowInsecureRequests(reader);
    expect(await openid.tokenIntrospection(reader, token)).toMatchObject({ active: true });
    await openid.tokenRevocation(configuration, token);
    expect(await openid.tokenIntrospection(reader, token)).toEqual({ active: false });
    await expect(openid.refreshTokenGrant(configuration, token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await statusOf(tokens.access_token)).toBe(401);
  });
});
