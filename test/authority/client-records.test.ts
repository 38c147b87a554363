import { exportJWK, generateKeyPair } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { isSecretOf, newSecret } from '../../src/clients/client-secrets.js';
import { basicOf, expectFailures, failedNames } from '../support/client.js';
import { CLIENTS, register, runOn, tryChange, validClient } from '../support/registry.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, keepSecret } from '../support/sessions.js';

const APP = 'https://app.example.com';
const MEMBERS = [
  ...['ClientId', 'Name', 'Description', 'Enabled', 'AuthenticationMethod', 'JwksUri', 'Jwks', 'AllowedGrants'],
  ...['AllowedOrigins', 'AccessTokenTtl', 'RefreshTokenTtl', 'RefreshTokenMaxAge', 'RefreshRetryWindow'],
  ...[
    'RefreshLostAnswerWindow',
    'SessionsPerUser',
    'DpopRequired',
    'Audience',
    'Roles',
    'SecretMadeOn',
    'PreviousSecretMadeOn',
    'Id',
    'UpdatedOn',
    'CreatedOn',
  ],
  ...['UniqueId', 'UpdatedBy', 'IsNew', 'SystemId', 'ToStringText', 'LocalizationDetails', 'CustomFields'],
];

/** A set with a key that no library uses. */
const RSA_1024 = JSON.stringify({
  keys: [generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' })],
});

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

const admin = () => service.client(basicOf('admin'));

describe('a record', () => {
  it('has the members of the resource and then those of every record, and no secret', async () => {
    const id = await register(service, 'members', { Description: 'An app.', AccessTokenTtl: 600 });
    const { body } = await admin().get(`${CLIENTS}/${id}`);
    expect(Object.keys(body)).toEqual(MEMBERS);
    expect(body).toMatchObject({ AccessTokenTtl: 600, RefreshTokenTtl: null, ToStringText: 'members (members)' });
    const { body: found } = await admin().get(`${CLIENTS}?Client_ClientId=mem*&Client_Enabled=true`);
    expect(found.Records.map(({ Id }: { Id: number }) => Id)).toEqual([id]);
    expect((await admin().delete(`${CLIENTS}/${id}`)).body.Message).toBe('Client was successfully deleted.');
  });

  it('has a name of its own, which cannot be changed', async () => {
    const id = await register(service, 'named');
    expectFailures(await admin().post(CLIENTS, validClient('named')), [
      'ClientId',
      'is the same as that of another Client',
      'named',
    ]);
    expectFailures(await tryChange(service, id, { ClientId: 'renamed' }), [
      'ClientId',
      'cannot be changed: register another client',
      'renamed',
    ]);
  });

  it('needs the roles of the resource', async () => {
    expect((await service.client(basicOf('all')).get(CLIENTS)).status).toBe(403);
    expect((await service.client(basicOf('none')).post(CLIENTS, validClient('nobody'))).status).toBe(403);
  });
});

describe('a record with a contradiction is refused, naming the member', () => {
  const LIVES = { RefreshTokenMaxAge: 3_600, RefreshTokenTtl: 600 };
  const SIGNED = { AuthenticationMethod: 'private_key_jwt' };
  it.each<[object, ...string[]]>([
    [{ RefreshTokenMaxAge: 3_600, RefreshTokenTtl: 7_200 }, 'RefreshTokenTtl'],
    [{ RefreshTokenTtl: 31_536_000 }, 'RefreshTokenTtl'],
    [{ ...LIVES, AccessTokenTtl: 601 }, 'AccessTokenTtl'],
    [
      { ...LIVES, RefreshRetryWindow: 601, RefreshLostAnswerWindow: 601 },
      'RefreshRetryWindow',
      'RefreshLostAnswerWindow',
    ],
    [{ AccessTokenTtl: 0 }, 'AccessTokenTtl'],
    [{ SessionsPerUser: 0 }, 'SessionsPerUser'],
    [{ AuthenticationMethod: 'tls_client_auth' }, 'AuthenticationMethod'],
    [SIGNED, 'JwksUri'],
    [{ ...SIGNED, JwksUri: 'http://keys.example.com' }, 'JwksUri'],
    [{ ...SIGNED, JwksUri: 'https://user@keys.example.com' }, 'JwksUri'],
    [{ ...SIGNED, JwksUri: 'https://:password@keys.example.com' }, 'JwksUri'],
    [{ ...SIGNED, Jwks: '{"keys":[]}' }, 'Jwks'],
    [{ ...SIGNED, Jwks: '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}' }, 'Jwks'],
    [{ ...SIGNED, Jwks: '{"keys":[{"kty":"EC"}]}' }, 'Jwks'],
    [{ JwksUri: 'https://keys.example.com' }, 'JwksUri'],
    [{ AllowedGrants: 'password, refresh_token' }, 'AllowedGrants'],
    [{ AllowedGrants: ' ' }, 'AllowedGrants'],
    [{ AllowedOrigins: `${APP} https://*.example.com` }, 'AllowedOrigins'],
    [{ Audience: ' ' }, 'Audience'],
    [{ Roles: 'Token-Introspect' }, 'Roles'],
    [{ AuthenticationMethod: 'client_secret_basic', Roles: 'Token-Introspect Nothing-Read' }, 'Roles'],
    [{ AuthenticationMethod: 'client_secret_post', ClientId: 'ada@example.com' }, 'AuthenticationMethod'],
    [{ ClientId: 'a\u202eb' }, 'ClientId'],
    [{ Enabled: undefined, DpopRequired: null }, 'Enabled', 'DpopRequired'],
  ])('%j', async (changes, ...names) => {
    const answer = await admin().post(CLIENTS, validClient('contradiction', { ...changes }));
    expect([answer.status, failedNames(answer)]).toEqual([400, names]);
    expect(Object.keys(answer.body)).toEqual(['Message', 'Value', 'Errors', 'WasSuccessful']);
  });

  it('and says how long an RSA key must be', async () => {
    const client = validClient('short key', { ...SIGNED, Jwks: RSA_1024 });
    expectFailures(await admin().post(CLIENTS, client), [
      'Jwks',
      'must have RSA keys of 2048 bits or more',
      RSA_1024.slice(0, 256),
    ]);
  });

  it('and says which life it does not fit into', async () => {
    expectFailures(await admin().post(CLIENTS, validClient('lives', { ...LIVES, AccessTokenTtl: 601 })), [
      'AccessTokenTtl',
      'must not be longer than RefreshTokenTtl, which is 600 seconds',
      601,
    ]);
  });

  it('but not one with public keys, or with lives that fit', async () => {
    const { publicKey } = await generateKeyPair('ES256');
    const Jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] });
    await register(service, 'signed', { ...SIGNED, Jwks, ...LIVES, AccessTokenTtl: 600, RefreshRetryWindow: 600 });
    await register(service, 'signed elsewhere', { ...SIGNED, JwksUri: 'https://keys.example.com/jwks.json' });
  });
});

describe('a secret', () => {
  it('is shown once, by the command that makes it; two are valid at a time', async () => {
    const id = await register(service, 'secret', { AuthenticationMethod: 'client_secret_basic' });
    const made = [await runOn(service, 'CLIENT_MAKE_SECRET', id), await runOn(service, 'CLIENT_MAKE_SECRET', id)];
    for (const { ClientSecret } of made) {
      expect(ClientSecret).toMatch(/^tcs_[\w-]{43}$/);
      keepSecret(String(ClientSecret));
    }
    expect(made[0]).toMatchObject({ Id: id, ClientId: 'secret', PreviousMadeOn: null });
    expect(made[1]?.['PreviousMadeOn']).toBe(made[0]?.['MadeOn']);
    const shown = [
      await admin().get(`${CLIENTS}/${id}`),
      await admin().get(`${CLIENTS}?Client_Id=${id}`),
      await admin().get('/api/sys/audittrailentries?AuditTrailEntry_EntityShortName=Client&size=1000'),
    ].map(({ text }) => text);
    for (const { ClientSecret } of made)
      expect(shown.filter((text) => text.includes(String(ClientSecret)))).toEqual([]);
    const runs = await events(service, { Kind: 'command-run', EntityId: String(id) });
    expect(runs.map(({ Reason }) => Reason)).toEqual(['CLIENT_MAKE_SECRET', 'CLIENT_MAKE_SECRET']);
    expect(await runOn(service, 'CLIENT_RETIRE_SECRET', id)).toMatchObject({ HasRetired: true });
    expect(await runOn(service, 'CLIENT_RETIRE_SECRET', id)).toMatchObject({ HasRetired: false });
  });

  it('fits its own hash alone', () => {
    const [one, other, third] = [newSecret(), newSecret(), newSecret()];
    const secretHashes = [one.hash, other.hash];
    expect([one, other, third].map(({ secret }) => isSecretOf({ secretHashes }, secret))).toEqual([true, true, false]);
    expect(isSecretOf({ secretHashes: [] }, one.secret)).toBe(false);
    expect(isSecretOf({ secretHashes }, one.hash)).toBe(false);
  });
});
