/**
 * The clients of docs/clients.md. `script` is in the folder of its source. The version is read from `package`. `limits` are acts that fail
 * for a reason of the client: the run fails when one of them succeeds, and when any other act fails. A client that `signs` is registered, and
 * its script gets the private key.
 */

const NPM_CLIENTS = [
  {
    name: 'simple-oauth2',
    setting: "`client: { id, secret: '' }`",
    note: 'It throws when the answer of a revocation is not JSON.',
  },
  {
    name: 'openid-client',
    setting: "`discovery(…, None(), { algorithm: 'oauth2' })`",
    note: 'A resource server introspects with `ClientSecretBasic(password)`; `allowInsecureRequests` where there is no TLS.',
  },
  {
    name: 'oauth4webapi',
    setting: "`None()`; `{ algorithm: 'oauth2' }` at discovery",
    note: 'As openid-client, which is made of it.',
  },
  {
    name: 'openid-client with private_key_jwt',
    script: 'openid-client-signing.mjs',
    package: 'openid-client',
    signs: true,
    setting: "`discovery(…, PrivateKeyJwt(key), { algorithm: 'oauth2' })`",
    note: 'The client is [registered](registered-clients.md) with its public key, and introspects by itself.',
  },
  {
    name: 'oauth4webapi with private_key_jwt',
    script: 'oauth4webapi-signing.mjs',
    package: 'oauth4webapi',
    signs: true,
    setting: '`PrivateKeyJwt(key)`',
    note: 'As openid-client. It also gets a token of its own by `client_credentials`.',
  },
  {
    name: 'openid-client with DPoP',
    script: 'openid-client-dpop.mjs',
    package: 'openid-client',
    setting: "`None()`; `DPoP: getDPoPHandle(config, await randomDPoPKeyPair('ES256'))`",
    note: 'The tokens are worth nothing without the key ([dpop.md](dpop.md)). It repeats a request by itself when the service names a nonce.',
  },
  {
    name: 'oauth4webapi with DPoP',
    script: 'oauth4webapi-dpop.mjs',
    package: 'oauth4webapi',
    setting: "`None()`; `DPoP: DPoP(client, await generateKeyPair('ES256'))`",
    note: 'As openid-client. With nonces, repeat a request once after `isDPoPNonceError`.',
  },
  {
    name: '@badgateway/oauth2-client',
    script: 'badgateway-oauth2-client.mjs',
    setting: 'none; for introspection `authenticationMethod: client_secret_basic`',
    note: 'It reads the answer of a revocation as JSON.',
  },
  {
    name: 'client-oauth2',
    setting: "`clientSecret: ''`",
    note: 'Two concurrent refreshes end the process under Node.js 20: its `popsicle-transport-http` 1.2.1 breaks an assertion. Refresh one at a time.',
    limits: ['two concurrently'],
  },
  {
    name: 'oidc-client-ts',
    setting: '`metadata` with the three endpoints, or discovery by `metadataUrl`',
    note: 'It asks for the scope `openid` and does not mind that none is granted. There is no ID token.',
  },
  {
    name: 'axios-auth-refresh',
    setting: '`deduplicateRefresh: false`',
    note: 'By default a request that is in flight while another one refreshes fails with its 401. With this setting it refreshes twice, which is safe here.',
  },
  {
    name: 'swagger-client',
    setting: 'none',
    note: 'The client is named by the parameter `client_id` of the operation, which is the header. It is made for Node.js 22; this run was on 20.',
  },
  {
    name: '@hey-api/openapi-ts',
    script: 'hey-api-openapi-ts.mjs',
    setting: '`auth: ({ scheme }) => …` that gives the token to `bearer` alone',
    note: 'Of several schemes it sends the last for which `auth` returns something. It is made for Node.js 22; this run was on 20.',
  },
  {
    name: 'openapi-typescript with openapi-fetch',
    script: 'openapi-fetch.mjs',
    package: 'openapi-typescript',
    setting: '`bodySerializer: (body) => new URLSearchParams(body)` for the token endpoint',
    note: 'It sends JSON otherwise, which a token endpoint refuses.',
  },
];

const NPM_SERVERS = [
  {
    name: 'express-oauth2-jwt-bearer',
    setting: "`issuer`, `jwksUri`, `audience`, `tokenSigningAlg: 'ES256'`, `strict: true`",
    note: 'With `strict` it checks the type `at+jwt`.',
  },
  {
    name: 'passport-jwt',
    setting: "`passportJwtSecret({ jwksUri })` of `jwks-rsa`; `algorithms: ['ES256']`, `issuer`, `audience`",
    note: 'It does not check the type `at+jwt`. See `examples/resource-server`.',
  },
  {
    name: 'jsonwebtoken',
    setting: "a key by `kid`, as of `jwks-rsa`; `algorithms: ['ES256']`, `issuer`, `audience`",
    note: 'It does not check the type `at+jwt`.',
  },
  { name: 'jose', setting: "`createRemoteJWKSet`; `issuer`, `audience`, `typ: 'at+jwt'`", note: '' },
];

const DEBIAN_CLIENTS = [
  {
    name: 'requests-oauthlib',
    script: 'requests-oauthlib.py',
    package: 'python3-requests-oauthlib',
    setting: '`LegacyApplicationClient(client_id)`',
    note: 'It names itself at sign-in only. `OAUTHLIB_INSECURE_TRANSPORT` where there is no TLS.',
  },
  {
    name: 'Authlib',
    script: 'authlib.py',
    package: 'python3-authlib',
    setting: "`token_endpoint_auth_method='none'`, `revocation_endpoint_auth_method='none'`",
    note: 'It sends the Basic of a resource server as it is, not form-encoded.',
  },
  {
    name: 'Go x/oauth2',
    script: 'go-x-oauth2.go',
    package: 'golang-golang-x-oauth2-dev',
    setting: '`oauth2.Config{ClientID, Endpoint}`',
    note: 'It tries Basic first, and the parameters when that fails: a wrong password counts twice. `AuthStyleInParams` asks once.',
  },
  {
    name: 'oauth2 (Ruby)',
    script: 'ruby-oauth2.rb',
    package: 'ruby-oauth2',
    setting: "`OAuth2::Client.new(id, '', site:, token_url: '/api/token')`",
    note: '',
  },
  {
    name: 'rack-oauth2',
    script: 'rack-oauth2.rb',
    package: 'ruby-rack-oauth2',
    setting: "`secret: ''`",
    note: '',
  },
  { name: 'signet', script: 'signet.rb', package: 'ruby-signet', setting: "`client_secret: ''`", note: '' },
  {
    name: 'LWP::Authen::OAuth2',
    script: 'lwp-authen-oauth2.pl',
    package: 'liblwp-authen-oauth2-perl',
    setting: '`username` and `password` in `request_optional_params`; `save_tokens`',
    note: 'It refreshes by itself before a request whose token has expired.',
  },
  { name: 'curl', script: 'curl.sh', package: 'curl', setting: '`-u my-client:`', note: '' },
];

/** These servers run only if they are installed already: installing them would start them. */
const DEBIAN_SERVERS = [
  {
    name: 'PyJWT',
    script: 'pyjwt.mjs',
    package: 'python3-jwt',
    setting: '`PyJWKClient`',
    note: 'It does not check the type `at+jwt` by itself.',
  },
  {
    name: 'nginx with njs',
    script: 'nginx.mjs',
    package: 'libnginx-mod-http-js',
    setting: '`auth_request` and `js_content`',
    note: '`auth_request` alone cannot read the answer of an introspection.',
  },
  {
    name: 'HAProxy',
    script: 'haproxy.mjs',
    package: 'haproxy',
    setting: '`jwt_verify` and the claims',
    note: 'The key is in a file: a rotated key needs a reload.',
  },
  {
    name: 'mod_auth_openidc',
    script: 'mod-auth-openidc.mjs',
    package: 'libapache2-mod-auth-openidc',
    setting: '`AuthType oauth20`, `OIDCOAuthIntrospectionEndpoint`',
    note: 'It remembers answers until the token expires, unless `OIDCOAuthTokenIntrospectionInterval` is -1. Its endpoint must be https.',
  },
  {
    name: 'mod_oauth2',
    script: 'mod-oauth2.mjs',
    package: 'libapache2-mod-oauth2',
    setting: '`OAuth2TokenVerify introspect`',
    note: 'It remembers answers for `expiry` seconds.',
  },
].map((server) => ({ ...server, isDaemon: true }));

const of = (source, kind, clients) =>
  clients.map((client) => ({
    source,
    kind,
    script: `${client.name}.mjs`,
    package: client.name,
    limits: [],
    ...client,
  }));

export const CLIENTS = [
  ...of('npm', 'client', NPM_CLIENTS),
  ...of('debian', 'client', DEBIAN_CLIENTS),
  ...of('npm', 'server', NPM_SERVERS),
  ...of('debian', 'server', DEBIAN_SERVERS),
];

/** Packages that Debian's clients need in addition to the packages of the table. */
export const DEBIAN_RUNTIMES = ['golang-go', 'python3', 'ruby', 'perl'];
