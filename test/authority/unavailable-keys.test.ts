import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Answer } from '../support/client.js';
import { newSigner, serveKeys, signed, type Signer } from '../support/client-keys.js';
import { ClientRequests, OWN } from '../support/client-requests.js';
import { register } from '../support/registry.js';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';
import { disposeWithoutLeaks, seconds, the, times, TOKEN } from '../support/sessions.js';

/** For how many seconds the service remembers a failure. */
const REMEMBERED = 10;

let service: Service;
let clients: ClientRequests;
let port: number;
beforeAll(async () => {
  port = await freePort();
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1', METRICS_PORT: String(port) });
  clients = new ClientRequests(service);
});
afterAll(() => disposeWithoutLeaks(service));

const ask = async (signer: Signer): Promise<Answer> =>
  clients.send(TOKEN, OWN, { form: signed(await signer.assertion(service.url)) });

async function signing(name: string, JwksUri: string): Promise<Signer> {
  await register(service, name, { AuthenticationMethod: 'private_key_jwt', JwksUri });
  return newSigner(name);
}

/** The time that the answer says to wait. */
const expectUnavailable = ({ status, body, headers }: Answer): number => {
  expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
  const wait = Number(headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(REMEMBERED);
  return wait;
};

const counted = async (outcome: string): Promise<number> =>
  the((await scrape(port)).value(`tessera_client_key_fetches_total{outcome="${outcome}"}`));

it.each(['no JSON', '{}', undefined])(
  'a key set that cannot be fetched (%j) is not fetched for some seconds',
  async (fault) => {
    const before = [await counted('failed'), await counted('skipped'), await counted('fetched')];
    let keys = fault;
    const server = await serveKeys(() => keys);
    try {
      const signer = await signing(`broken ${String(fault)}`, server.url);
      let wait = 0;
      for (let n = 0; n < 5; n++) wait = expectUnavailable(await ask(signer));
      expect(server.requests()).toBe(1);
      keys = signer.jwks;
      await seconds(wait + 0.1);
      expect([(await ask(signer)).status, (await ask(signer)).status, server.requests()]).toEqual([200, 200, 2]);
      const after = [await counted('failed'), await counted('skipped'), await counted('fetched')];
      expect(after.map((count, index) => count - the(before[index]))).toEqual([1, 4, 1]);
    } finally {
      server.close();
    }
  },
);

it('a host that does not answer keeps requests waiting once', async () => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port: silent } = server.address() as AddressInfo;
    const signer = await signing('hanging', `http://127.0.0.1:${silent}/jwks.json`);
    (await times(3, () => ask(signer))).forEach(expectUnavailable);
    const begun = performance.now();
    (await times(3, () => ask(signer))).forEach(expectUnavailable);
    expect(performance.now() - begun).toBeLessThan(2_500);
  } finally {
    server.close();
  }
});
