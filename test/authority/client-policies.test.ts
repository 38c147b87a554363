import { runCli } from '../support/cli.js';
import { runSql } from '../support/run-sql.js';
import { change, register } from '../support/registry.js';
import { Service } from '../support/service.js';
import {
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  isAlive,
  keepSecret,
  login,
  recordOf,
  refresh,
  story,
  the,
  type Tokens,
} from '../support/sessions.js';

/** Seconds since the sign-in and the last use of each session. */
const AGE = 7_200;
/** Seconds that a slow machine may need. */
const SLACK = 600;

let service: Service;
const ids = new Map<string, number>();
const sessions = new Map<string, Tokens>();
const at = (name: string): Tokens => the(sessions.get(name));
const idOf = (name: string): number => the(ids.get(name));

// Sessions begin while any client may sign in, become two hours old, and go on while only registered clients may.
beforeAll(async () => {
  service = await Service.start();
  for (const name of ['older', 'unused', 'shortened', 'command'])
    ids.set(
      name,
      await register(service, name, { AuthenticationMethod: name === 'command' ? 'client_secret_basic' : 'none' }),
    );
  for (const name of ['older', 'unused', 'shortened', 'stranger'])
    sessions.set(name, await login(service, 'all', name));
  await service.end();
  await runSql(
    service.dataDir,
    `UPDATE refresh_tokens SET rotated_on = now() - interval '${AGE} seconds',
      auth_time = date_trunc('second', now() - interval '${AGE} seconds')`,
  );
});
afterAll(() => disposeWithoutLeaks(service));

it('the commands list and show clients, and make and retire secrets', async () => {
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(service.dataDir, ['clients', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const secret = (await run('secret', 'command')).trim();
  keepSecret(secret);
  expect(secret).toMatch(/^tcs_[\w-]{43}$/);
  expect(JSON.parse(await run('secret', 'command', '--json'))).toMatchObject({ ClientId: 'command' });
  const list = await run('list');
  expect(list).toMatch(/^CLIENT +NAME +STATE +AUTHENTICATION +SECRETS$/m);
  expect(list).toMatch(/^command +command +enabled +client_secret_basic +2$/m);
  expect(await run('secret', 'command', '--retire')).toBe('Ended the earlier secret.\n');
  expect(JSON.parse(await run('show', 'command', '--json'))).toMatchObject({ clientId: 'command', secrets: 1 });
  expect(await run('show', 'command')).toMatch(/^refreshTokenTtl +1296000$/m);
  expect(await runCli(service.dataDir, ['clients', 'show', 'nobody'])).toMatchObject({
    code: 1,
    stderr: 'There is no registered client nobody.\n',
  });
});

describe('with CLIENTS=registered', () => {
  beforeAll(() => service.resume({ CLIENTS: 'registered' }));

  it('a client that is not registered can neither sign in nor refresh, and its sessions are dead', async () => {
    for (const answer of [
      await askLogin(service, 'all', 'stranger'),
      await askLogin(service, 'all'),
      await askRefresh(service, at('stranger').refresh, 'stranger'),
    ]) {
      expect([answer.status, answer.body.error]).toEqual([400, 'unauthorized_client']);
    }
    await expectRefused(service, at('stranger').refresh);
    expect((await story(service, at('stranger'))).at(-1)).toBe('refresh-refused: client-not-registered');
    expect(await isAlive(service, at('stranger'))).toBe(false);
    await register(service, 'stranger');
    await refresh(service, at('stranger'));
  });

  it('a longest life that becomes shorter ends older sessions, until it is undone', async () => {
    expect(await isAlive(service, at('older'))).toBe(true);
    await change(service, idOf('older'), { RefreshTokenMaxAge: AGE / 2 });
    expect(await isAlive(service, at('older'))).toBe(false);
    await expectRefused(service, at('older').refresh);
    expect((await story(service, at('older'))).at(-1)).toBe('refresh-refused: expired');
    await change(service, idOf('older'), { RefreshTokenMaxAge: null });
    await refresh(service, at('older'));
  });

  it('a life of refresh tokens that becomes shorter ends sessions that were not used for so long', async () => {
    await change(service, idOf('unused'), { RefreshTokenTtl: AGE / 2 });
    expect(await isAlive(service, at('unused'))).toBe(false);
    expect((await introspect(service, at('unused').refresh)).text).toBe('{"active":false}');
    await expectRefused(service, at('unused').refresh);
  });

  it('a session that was used since goes on, with the shorter life from now', async () => {
    await change(service, idOf('shortened'), { RefreshTokenTtl: AGE * 2 });
    const { body } = await introspect(service, at('shortened').refresh);
    expect(Math.abs(body.exp - Date.now() / 1000 - AGE)).toBeLessThan(SLACK);
    const tokens = await refresh(service, at('shortened'));
    const { ExpiresOn } = the(await recordOf(service, tokens));
    expect(Math.abs(Date.parse(ExpiresOn) / 1000 - Date.now() / 1000 - AGE * 2)).toBeLessThan(SLACK);
  });
});
