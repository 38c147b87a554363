import { basicOf, RESOURCE } from '../support/client.js';
import { settingsOf } from '../support/data.js';
import { register } from '../support/registry.js';
import { runMain } from '../support/run-main.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askLogin,
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  login,
  recordOf,
  refresh,
  seconds,
  sessionOf,
  the,
  times,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

const MOST = 3;

describe('MAX_SESSIONS_PER_USER', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ MAX_SESSIONS_PER_USER: String(MOST) });
    await register(service, 'several', { SessionsPerUser: 2 });
  });
  afterAll(() => disposeWithoutLeaks(service));

  const clientsOf = async (name: string): Promise<string[]> => {
    const search = `${RESOURCE}?RefreshToken_Subject=${name}@example.com&size=100`;
    const { body } = await service.client(basicOf('admin')).get(search);
    return (body as { Records: { ClientId: string }[] }).Records.map(({ ClientId }) => ClientId).sort();
  };

  it('ends the session that was unused for longest, with a reason of its own', async () => {
    const [a, b, c] = [
      await login(service, 'all', 'a'),
      await login(service, 'all', 'b'),
      await login(service, 'all', 'c'),
    ];
    const other = await login(service, 'none', 'a');
    await login(service, 'all', 'c');
    expect(await clientsOf('all')).toEqual(['a', 'b', 'c']);
    await refresh(service, a);
    const d = await login(service, 'all', 'd');
    expect(await clientsOf('all')).toEqual(['a', 'c', 'd']);
    expect(await isAlive(service, b)).toBe(false);
    await expectRefused(service, b.refresh);
    for (const tokens of [a, c, d, other]) expect(await isAlive(service, tokens)).toBe(true);
    const ends = await events(service, { SessionId: sessionOf(b), Kind: 'session-ended' });
    expect(ends).toMatchObject([{ Reason: 'too-many-sessions-of-user', Actor: 'all@example.com' }]);
  });

  it('leaves as many sessions as it allows after one sign-in more at the same time', async () => {
    for (let round = 0; round < 3; round++) {
      const answers = await times(MOST + 1, (n) => askLogin(service, 'list', `race-${round}-${n}`));
      const alive = await Promise.all(answers.map((answer) => isAlive(service, tokensOf(answer))));
      expect(alive.filter(Boolean)).toHaveLength(MOST);
      expect(await clientsOf('list')).toHaveLength(MOST);
    }
  });

  it('counts beside the limit of a client', async () => {
    const first = await login(service, 'edit', 'several');
    await login(service, 'edit', 'several');
    await login(service, 'edit', 'elsewhere');
    await login(service, 'edit', 'several');
    expect(await clientsOf('edit')).toEqual(['elsewhere', 'several', 'several']);
    const [ended] = await events(service, { SessionId: sessionOf(first), Kind: 'session-ended' });
    expect(ended).toMatchObject({ Reason: 'too-many-sessions' });
    await login(service, 'edit', 'third');
    expect(await clientsOf('edit')).toEqual(['elsewhere', 'several', 'third']);
  });

  it('lets a user sign in again who has more sessions than a lower limit allows', async () => {
    await service.end();
    await service.resume({ MAX_SESSIONS_PER_USER: '1' });
    const tokens = await login(service, 'all', 'z');
    expect(await clientsOf('all')).toEqual(['z']);
    expect(await isAlive(service, tokens)).toBe(true);
  });
});

describe('lives of roles', () => {
  const LIVES = {
    REFRESH_TOKEN_TTL_OF_ROLES: 'RefreshToken-Read=600,RefreshToken-List=300',
    REFRESH_TOKEN_MAX_AGE_OF_ROLES: 'RefreshToken-Read=3600,Administrator=1800',
  };
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ REFRESH_TOKEN_TTL: '7200' });
  });
  afterAll(() => disposeWithoutLeaks(service));

  /** Lets the last use and the sign-in of the sessions at a client be so many seconds ago. */
  async function age(client: string, used: number, signedIn: number): Promise<void> {
    await service.freeData();
    await runSql(
      service.dataDir,
      `UPDATE refresh_tokens SET rotated_on = now() - interval '${used} seconds', auth_time = now() - interval '${signedIn} seconds',
        expires_on = now() + interval '${7200 - used} seconds' WHERE client_id = '${client}'`,
    );
    await service.resume();
  }
  const leftOf = async (tokens: Tokens): Promise<number> =>
    (Date.parse(the(await recordOf(service, tokens)).ExpiresOn) - Date.now()) / 1000;
  const active = async ({ refresh: token }: Tokens): Promise<boolean> =>
    ((await introspect(service, token)).body as { active: boolean }).active;

  it('shorten living sessions of users with the role, and no others', async () => {
    const NAMES = ['read', 'none', 'admin'] as const;
    const [unused, old] = [
      await Promise.all(NAMES.map((name) => login(service, name, 'unused'))),
      await Promise.all(NAMES.map((name) => login(service, name, 'old'))),
    ];
    await age('unused', 700, 700);
    await age('old', 100, 2000);
    for (const tokens of [...unused, ...old]) expect(await active(tokens)).toBe(true);
    await service.end();
    await service.resume(LIVES);
    expect(await Promise.all(unused.map(active))).toEqual([false, true, true]);
    expect(await Promise.all(old.map(active))).toEqual([true, true, false]);
    expect(await isAlive(service, the(unused[0]))).toBe(false);
    await expectRefused(service, the(unused[0]).refresh);
    await expectRefused(service, the(old[2]).refresh);
    const [refused] = await events(service, { SessionId: sessionOf(the(old[2])), Kind: 'refresh-refused' });
    expect(refused).toMatchObject({ Reason: 'expired' });
    const { body } = await service.client(basicOf('read')).get('/api/account/sessions');
    expect((body as { ClientId: string }[]).map(({ ClientId }) => ClientId)).toEqual(['old']);
    // A refresh writes the shorter expiry.
    await refresh(service, the(old[0]));
    expect(await leftOf(the(old[0]))).toBeLessThan(601);
  });

  it('apply from the sign-in on, the shortest of all', async () => {
    expect(await leftOf(await login(service, 'read', 'new'))).toBeLessThan(601);
    expect(await leftOf(await login(service, 'all', 'new'))).toBeLessThan(301);
    expect(await leftOf(await login(service, 'none', 'new'))).toBeGreaterThan(7_000);
    expect(await leftOf(await login(service, 'admin', 'new'))).toBeLessThan(1_801);
    await register(service, 'short', { RefreshTokenTtl: 120 });
    await seconds(1.1);
    const tokens = await login(service, 'read', 'short');
    expect(await leftOf(tokens)).toBeLessThan(121);
  });

  it.each([
    ['REFRESH_TOKEN_TTL_OF_ROLES', 'User-Edit', 'User-Edit is none'],
    ['REFRESH_TOKEN_TTL_OF_ROLES', 'User-Edit=59', 'the seconds of User-Edit are not'],
    ['REFRESH_TOKEN_MAX_AGE_OF_ROLES', 'User-Edit=60,', 'an entry is empty'],
    ['REFRESH_TOKEN_MAX_AGE_OF_ROLES', 'User-Edit=60,User-Edit=70', 'User-Edit is there twice'],
    ['REFRESH_TOKEN_MAX_AGE_OF_ROLES', 'User-Edits=60', 'there is no role User-Edits'],
  ])('refuse to start with %s=%s', async (name, value, said) => {
    await service.freeData();
    const { code, output } = await runMain({ ...settingsOf(service.dataDir), [name]: value });
    expect(code).toBe(1);
    expect(output).toContain(said);
    expect(output).toContain(name);
  });
});
