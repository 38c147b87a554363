import { ProvingKey, refreshWith } from '../support/proofs.js';
import { Service } from '../support/service.js';
import { byPost, ClientRequests, PASSWORD } from '../support/client-requests.js';
import {
  disposeWithoutLeaks,
  introspect,
  login,
  refresh,
  REFUSED,
  story,
  times,
  TOKEN,
  tokensOf,
  untilStale,
} from '../support/sessions.js';

let service: Service;
let key: ProvingKey;
let other: ProvingKey;
beforeAll(async () => {
  [service, key, other] = await Promise.all([Service.start(), ProvingKey.make(), ProvingKey.make()]);
});
afterAll(() => disposeWithoutLeaks(service));

describe('an answer that is repeated to a request with a proof', () => {
  it('binds a session that is not bound yet', async () => {
    const first = await login(service, 'all', 'repeated');
    const { refresh: current } = await refresh(service, first);
    const repeated = await refreshWith(service, key, first.refresh);
    expect([repeated.body.token_type, repeated.body.refresh_token]).toEqual(['DPoP', current]);
    expect((await introspect(service, current)).body.cnf).toEqual({ jkt: key.jkt });
    for (const wrong of [undefined, other])
      for (const token of [first.refresh, current])
        expect((await refreshWith(service, wrong, token)).body).toEqual(REFUSED);
    expect((await refreshWith(service, key, current)).status).toBe(200);
  });

  it('binds it to one of several keys', async () => {
    const first = await login(service, 'all', 'raced for');
    await refresh(service, first);
    const keys = [key, other, ...(await times(4, () => ProvingKey.make()))];
    const answers = await Promise.all(keys.map((each) => refreshWith(service, each, first.refresh)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
    const winner = keys[answers.findIndex(({ status }) => status === 200)];
    const next = tokensOf(await refreshWith(service, winner, first.refresh));
    expect((await introspect(service, next.refresh)).body.cnf).toEqual({ jkt: winner?.jkt });
  });

  it('does not keep the owner from ending the session of a thief', async () => {
    const first = await login(service, 'all', 'thief');
    const owner = await refresh(service, first);
    const thief = tokensOf(await refreshWith(service, other, first.refresh));
    // The owner has the current token, and no key.
    expect((await refreshWith(service, undefined, owner.refresh)).body).toEqual(REFUSED);
    await refreshWith(service, other, thief.refresh).then(tokensOf);
    await untilStale();
    expect((await refreshWith(service, undefined, first.refresh)).body).toEqual(REFUSED);
    expect((await story(service, first)).at(-1)).toBe('session-ended: replayed');
  });

  it('does not bind the session of a client that authenticates', async () => {
    const clients = new ClientRequests(service);
    const { secret } = await clients.registerSecret('confidential', { AuthenticationMethod: 'client_secret_post' });
    const own = byPost('confidential', secret).form;
    const first = tokensOf(await clients.send(TOKEN, { ...PASSWORD, ...own }));
    const form = { grant_type: 'refresh_token', refresh_token: first.refresh, ...own };
    const { refresh: current } = tokensOf(await clients.send(TOKEN, form));
    for (const each of [key, other]) {
      const headers = { dpop: await each.prove(service) };
      const answer = await clients.send(TOKEN, form, { headers });
      expect([answer.body.token_type, answer.body.refresh_token]).toEqual(['DPoP', current]);
    }
    expect((await introspect(service, current)).body).not.toHaveProperty('cnf');
  });
});
