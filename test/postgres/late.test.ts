import pg from 'pg';
import { databaseUrl, newData } from '../support/data.js';
import { passwordOf } from '../support/client.js';
import { Service } from '../support/service.js';
import { askRefresh, disposeWithoutLeaks, isAlive, login, refresh, the, TOKEN, tokensOf } from '../support/sessions.js';

const WINDOW_SECONDS = 2;
const FROZEN_MS = 1_500;

let slow: Service;
let other: Service;
let database: pg.Client;
beforeAll(async () => {
  const dataDir = await newData();
  const settings = { PUBLIC_URL: 'https://tessera.example.com', REFRESH_RETRY_WINDOW: String(WINDOW_SECONDS) };
  slow = await Service.startOn(dataDir, settings);
  other = await Service.startOn(dataDir, settings);
  database = new pg.Client({ connectionString: databaseUrl(dataDir) });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await other.end();
  await disposeWithoutLeaks(slow);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a request that a stopped replica reads late', () => {
  it.each(['hangs up', 'waits'])('ends nothing when its client refreshed at another replica and %s', async (how) => {
    const first = await login(slow, 'all', how);
    slow.signal('SIGSTOP');
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: first.refresh });
    const signal = how === 'hangs up' ? AbortSignal.timeout(300) : null;
    const late = fetch(slow.url + TOKEN, { method: 'POST', body, headers: { client_id: how }, signal }).catch(
      () => undefined,
    );
    await pause(400);
    const second = await refresh(other, first, how);
    const third = await refresh(other, second, how);
    await pause(FROZEN_MS);
    slow.signal('SIGCONT');
    expect((await late)?.status).toBe(how === 'waits' ? 400 : undefined);
    await pause(500);
    expect(await isAlive(other, await refresh(other, third, how))).toBe(true);
  });
});

it('a sign-in that a replica reads after its client has disconnected does not invalidate a later login', async () => {
  const form = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
  slow.signal('SIGSTOP');
  const init = { method: 'POST', body: new URLSearchParams(form), headers: { client_id: 'gave-up' } };
  await fetch(slow.url + TOKEN, { ...init, signal: AbortSignal.timeout(300) }).catch(() => undefined);
  const tokens = await login(other, 'all', 'gave-up');
  await pause(200);
  slow.signal('SIGCONT');
  await pause(1_000);
  expect(await isAlive(other, await refresh(other, tokens, 'gave-up'))).toBe(true);
});

it('a retry that arrived in time gets its answer, however long the database delays it', async () => {
  const first = await login(other, 'all', 'late');
  const second = await refresh(other, first, 'late');
  // The new token is in use, so only the retry window makes the retry valid.
  expect(await isAlive(other, second)).toBe(true);
  await database.query('BEGIN');
  await database.query('LOCK TABLE refresh_tokens');
  const retry = askRefresh(other, first.refresh, 'late');
  await pause(WINDOW_SECONDS * 1_000 + 500);
  await database.query('COMMIT');
  expect(tokensOf(await retry).refresh).toBe(the(second.refresh));
  expect(await isAlive(other, second)).toBe(true);
});
