import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { clientId, reportClient, url, user } from './harness.mjs';

// The client runs in browsers. Node has everything that it needs, except these two.
globalThis.sessionStorage = new InMemoryWebStorage();
globalThis.localStorage = new InMemoryWebStorage();

const manager = new UserManager({
  authority: url,
  client_id: clientId,
  redirect_uri: `${url}/none`,
  metadata: {
    issuer: url,
    token_endpoint: `${url}/api/token`,
    revocation_endpoint: `${url}/api/token/revoke`,
  },
  userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  automaticSilentRenew: false,
  monitorSession: false,
});

await reportClient({
  signIn: () => manager.signinResourceOwnerCredentials({ username: user.name, password: user.password }),
  refresh: () => manager.signinSilent(),
  tokensOf: (session) => ({ access: session.access_token, refresh: session.refresh_token }),
  revoke: () => manager.revokeTokens(['refresh_token']),
});
