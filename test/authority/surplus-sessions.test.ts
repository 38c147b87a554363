import { basicOf, RESOURCE } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { change, CLIENTS, register } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  events,
  isAlive,
  login,
  refresh,
  seconds,
  sessionOf,
  times,
  type Tokens,
} from '../support/sessions.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

const admin = () => service.client(basicOf('admin'));
const areAlive = (...all: readonly Tokens[]): Promise<boolean[]> =>
  Promise.all(all.map((tokens) => isAlive(service, tokens)));

/** Waits until these sessions are alive or have ended, as expected. */
async function untilAlive(all: readonly Tokens[], expected: readonly boolean[]): Promise<void> {
  for (let n = 0; n < 100 && String(await areAlive(...all)) !== String(expected); n++) await seconds(0.1);
  expect(await areAlive(...all)).toEqual(expected);
}

const inTurn = async (count: number, clientId: string, name = 'all'): Promise<Tokens[]> => {
  const all: Tokens[] = [];
  for (let n = 0; n < count; n++) all.push(await login(service, name, clientId));
  return all;
};

describe('when a client allows fewer sessions for each user', () => {
  it('those that were unused for longest end soon, with their events, and the others stay', async () => {
    const id = await register(service, 'fewer', { SessionsPerUser: 4 });
    const [first, second, third, fourth] = (await inTurn(4, 'fewer')) as [Tokens, Tokens, Tokens, Tokens];
    const alone = await login(service, 'list', 'fewer');
    const used = await refresh(service, first);
    await change(service, id, { SessionsPerUser: 2 });
    await untilAlive([used, second, third, fourth, alone], [true, false, false, true, true]);
    const ended = await events(service, { Kind: 'session-ended', ClientId: 'fewer' });
    expect(ended.map(({ SessionId, Reason, Actor }) => [SessionId, Reason, Actor]).sort()).toEqual(
      [second, third].map((tokens) => [sessionOf(tokens), 'too-many-sessions', 'service']).sort(),
    );
    // The sessions that stay have numbers that the client still allows, so sign-ins go on.
    const [fifth, sixth] = (await inTurn(2, 'fewer')) as [Tokens, Tokens];
    expect(await areAlive(used, fourth, fifth, sixth)).toEqual([false, false, true, true]);
    await refresh(service, sixth);
  });

  it('one session stays when the client is no longer registered, for each of many users', async () => {
    const id = await register(service, 'gone', { SessionsPerUser: 3 });
    const users = ['all', 'list', 'read', 'none'];
    const all = await Promise.all(users.map((name) => inTurn(3, 'gone', name)));
    expect((await admin().delete(`${CLIENTS}/${id}`)).status).toBe(200);
    await untilAlive(
      all.flat(),
      users.flatMap(() => [false, false, true]),
    );
  });

  it('concurrent sign-ins neither fail nor leave more than the new number', async () => {
    const id = await register(service, 'busy', { SessionsPerUser: 8 });
    await times(8, () => login(service, 'all', 'busy'));
    const signIns = times(12, () => login(service, 'all', 'busy'));
    await change(service, id, { SessionsPerUser: 3 });
    await signIns;
    expect((await runCliJob()).code).toBe(0);
    const { body } = await admin().get(`${RESOURCE}?RefreshToken_ClientId=busy`);
    expect(body.TotalItems).toBe(3);
    const kept = await inTurn(3, 'busy');
    expect(await areAlive(...kept)).toEqual([true, true, true]);
  });
});

/** Runs the job as an operator does, while the service rests: the embedded database has one process. */
async function runCliJob(): Promise<{ code: number | null }> {
  await service.freeData();
  const run = await runCli(service.dataDir, ['jobs', 'run', 'surplus-sessions']);
  await service.resume();
  if (run.code !== 0) throw new Error(run.stderr);
  return run;
}
