import axios from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { assert, clientId, expectAlive, isActive, loseNext, plainSignIn, report, statusWith, url } from './harness.mjs';

const path = '/api/sys/refreshtokens?size=1';
let tokens;
let refreshes = 0;

const api = axios.create({ baseURL: url });
api.interceptors.request.use((request) => {
  request.headers.Authorization = `Bearer ${tokens.access_token}`;
  return request;
});
const refresh = async (failed) => {
  refreshes++;
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  ({ data: tokens } = await axios.post(`${url}/api/token`, form, { headers: { client_id: clientId } }));
  failed.response.config.headers.Authorization = `Bearer ${tokens.access_token}`;
};
// Otherwise a request that is in flight during another refresh fails with its 401.
createAuthRefresh(api, refresh, { deduplicateRefresh: false });

/** An access token that the service no longer accepts, as after an hour. */
const expire = () => {
  tokens = { ...tokens, access_token: 'expired' };
};

await report({
  'sign in': async () => {
    tokens = await plainSignIn();
    assert.equal((await api.get(path)).status, 200);
  },
  refresh: async () => {
    expire();
    assert.equal((await api.get(path)).status, 200);
    await expectAlive(tokens.access_token);
  },
  'rotation kept': async () => {
    const seen = new Set();
    for (let n = 0; n < 3; n++) {
      expire();
      await api.get(path);
      seen.add(tokens.refresh_token);
    }
    assert.equal(seen.size, 3);
  },
  'two concurrently': async () => {
    expire();
    refreshes = 0;
    const both = await Promise.all([api.get(path), api.get(path)]);
    assert.deepEqual([both.map(({ status }) => status), await statusWith(tokens.access_token)], [[200, 200], 200]);
    assert.ok(refreshes === 1 || (await isActive(tokens.refresh_token)));
  },
  'lost answer': async () => {
    expire();
    await loseNext();
    await api.get(path).catch(() => undefined);
    assert.equal((await api.get(path)).status, 200);
  },
});
