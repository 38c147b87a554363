import { USERS } from '../support/fixtures.mjs';
import { Graveyard } from './graveyard.mjs';
import { RecordKeeper } from './record-keeper.mjs';
import { Replica } from './replica.mjs';
import { SessionClient } from './session-client.mjs';
import { World } from './world.mjs';

/** So long that no access token expires during a run. */
const ACCESS_TOKEN_TTL = '604800';
const WINDOW_SECONDS = 30;
/** Users with permission to search, so that their access tokens are of use. */
const CLIENTS_OF = USERS.filter(({ email }) => /^(admin|all|list)@/.test(email));

/**
 * A service with its replicas on its own data, and the world of its clients. `environment` adds settings. `window` is the retry window in
 * seconds. `prepare` changes the data before the service starts. `through` returns the addresses that clients use instead of the service's own.
 */
export async function found(
  { engine, report, random },
  { environment = {}, replicas = engine.replicas, window = WINDOW_SECONDS, prepare, through } = {},
) {
  const data = await engine.newData();
  await prepare?.(data);
  const settings = { ...data.environment, ACCESS_TOKEN_TTL, REFRESH_RETRY_WINDOW: `${window}`, ...environment };
  const service = await Promise.all(Array.from({ length: replicas }, () => Replica.create({ ...settings })));
  for (const replica of service) await replica.start();
  const urls = (await through?.(service)) ?? service.map(({ url }) => url);
  const world = new World({ report, random, service, urls, window });
  const dispose = async () => {
    world.isOver = true;
    world.http.close();
    for (const death of service.flatMap(({ deaths }) => deaths)) report.violate('no process ends by itself', death);
    await Promise.all(service.map((replica) => replica.stop()));
    await data.dispose();
  };
  return { data, service, world, dispose };
}

/**
 * Adds clients, record keepers and a graveyard to a world. The sessions of every other client are bound to a key, unless `isBound` says otherwise.
 * Returns the clients.
 */
export function populate(world, { clients, keepers = 2, isBound = (n) => n % 2 === 1 }) {
  const graveyard = new Graveyard(world);
  world.join(graveyard);
  const all = Array.from({ length: clients }, (_, n) => {
    const user = CLIENTS_OF[n % CLIENTS_OF.length];
    return new SessionClient(world, graveyard, user, { clientId: `client-${n}`, isBound: isBound(n) });
  });
  for (const client of all) world.join(client);
  for (let n = 0; n < keepers; n++) world.join(new RecordKeeper(world, `keeper-${n}`));
  return all;
}
