import { basicOf, create, RESOURCE } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  events,
  expectRefused,
  isAlive,
  login,
  recordOf,
  refresh,
  revoke,
  REFUSED,
  seconds,
  sessionOf,
  story,
  the,
  tokensOf,
  type Tokens,
  untilStale,
} from '../support/sessions.js';

/** Seconds. The tests have to wait until this window has ended. */
const WINDOW = 8;
const AFTER_WINDOW = WINDOW + 0.2;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ REFRESH_RETRY_WINDOW: String(WINDOW), LOG_LEVEL: 'trace' });
});
afterAll(() => disposeWithoutLeaks(service));

/** The generations of a new session, oldest first. */
async function chain(clientId: string, length: number): Promise<Tokens[]> {
  const all = [await login(service, 'all', clientId)];
  while (all.length < length) all.push(await refresh(service, the(all.at(-1)), clientId));
  return all;
}

describe('a refresh', () => {
  it('gives other tokens and rewrites the record, which keeps its identity', async () => {
    const first = await login(service, 'all', 'rotation');
    const before = await recordOf(service, first);
    // UpdatedOn has whole seconds.
    await seconds(1.1);
    const answer = await askRefresh(service, first.refresh, 'rotation');
    const second = tokensOf(answer);
    expect(answer.body).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^tsr_[\w-]{88}$/) as string,
    });
    expect([answer.headers.get('cache-control'), answer.headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
    expect(second.refresh).not.toBe(first.refresh);
    expect(sessionOf(second)).toBe(sessionOf(first));
    const after = (await recordOf(service, first)) as unknown as Record<string, unknown>;
    const changed = Object.keys(after).filter((name) => after[name] !== (before as never)[name]);
    expect(changed).toEqual(['TicketHash', 'TicketSalt', 'UpdatedOn']);
    expect([await isAlive(service, first), await isAlive(service, second)]).toEqual([true, true]);
  });

  it.each([
    ['the client it was issued to', 'mobile', 'mobile', true],
    ['the default client, when no request names a client', undefined, undefined, true],
    ['the default by its name', undefined, 'all@example.com', true],
    ['the client of the token, when none is named', 'web', undefined, true],
    ['another client', 'tablet', 'phone', false],
    ['another client in place of the default', undefined, 'phone', false],
  ])('is for %s', async (_what, issuedTo, presentedBy, isGood) => {
    const tokens = await login(service, 'all', issuedTo);
    if (isGood) tokensOf(await askRefresh(service, tokens.refresh, presentedBy));
    else {
      await expectRefused(service, tokens.refresh, presentedBy);
      expect((await story(service, tokens)).at(-1)).toBe('refresh-refused: other-client');
      // A client that has a token but not the name of its client can end nothing.
      await refresh(service, tokens, issuedTo);
    }
  });

  it('takes the client_id from the body when no header names it', async () => {
    const { refresh: token } = await login(service, 'all', 'by-body');
    const form = { grant_type: 'refresh_token', refresh_token: token, client_id: 'by-body' };
    expect((await service.client().form('POST', '/api/token', form)).status).toBe(200);
  });

  it('needs a token', async () => {
    const { status, body } = await askRefresh(service, '');
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  it('is refused for a token that was never issued, and writes no event', async () => {
    const refusals = { Kind: 'refresh-refused' };
    const { length } = await events(service, refusals);
    for (const token of ['x', 'tsr_', `tsr_${'A'.repeat(88)}`, 'tsr_\0', 'x'.repeat(100_000)]) {
      const { status, body } = await askRefresh(service, token);
      expect([status, body]).toEqual([400, REFUSED]);
    }
    expect(await events(service, refusals)).toHaveLength(length);
  });
});

describe('a retry', () => {
  it('within the window gets the same refresh token and a new access token, any number of times', async () => {
    const [first, second] = (await chain('retry', 2)) as [Tokens, Tokens];
    for (let attempt = 0; attempt < 3; attempt++) {
      const again = await refresh(service, first, 'retry');
      expect(again.refresh).toBe(second.refresh);
      expect(again.access).not.toBe(second.access);
      expect(await isAlive(service, again)).toBe(true);
    }
    expect(await story(service, first)).toEqual(['login: pwd', ...Array<string>(3).fill('refresh-retried: null')]);
    expect((await refresh(service, second, 'retry')).refresh).not.toBe(second.refresh);
  });

  it('after the window is a replay, once the new tokens are in use', async () => {
    const [first, second] = (await chain('late', 2)) as [Tokens, Tokens];
    expect(await isAlive(service, second)).toBe(true);
    await seconds(AFTER_WINDOW);
    await expectRefused(service, first.refresh, 'late');
    await expectEnded(first, second);
  });
});

describe('a replay', () => {
  it.each([2, 3, 4, 7])('of a token %d generations old ends the session, within the window too', async (age) => {
    const all = await chain(`replay-${age}`, age + 1);
    await untilStale();
    await expectRefused(service, the(all[0]).refresh, `replay-${age}`);
    await expectEnded(...all);
  });

  it('by another client ends nothing', async () => {
    const [first, , third] = (await chain('victim', 3)) as [Tokens, Tokens, Tokens];
    await expectRefused(service, first.refresh, 'attacker');
    await refresh(service, third, 'victim');
  });
});

describe('a token of an earlier login', () => {
  it('is refused, and ends nothing, also when it was current, previous or old', async () => {
    const earlier = await chain('again', 3);
    const later = await login(service, 'all', 'again');
    expect(sessionOf(later)).toBe(sessionOf(the(earlier[0])));
    for (const { refresh: token } of earlier) await expectRefused(service, token, 'again');
    expect((await story(service, later)).slice(-3)).toEqual(Array(3).fill('refresh-refused: earlier-login'));
    for (const tokens of [...earlier, later]) expect(await isAlive(service, tokens)).toBe(true);
    await refresh(service, later, 'again');
  });

  it('leaves one record of the user and the client', async () => {
    await chain('one', 2);
    await chain('one', 2);
    const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_ClientId=one`);
    expect(body.TotalItems).toBe(1);
  });
});

describe('a token that is newer than the database', () => {
  it('is refused and ends nothing: the database was restored', async () => {
    const [, second, third] = (await chain('restored', 3)) as [Tokens, Tokens, Tokens];
    await service.freeData();
    await runSql(service.dataDir, `UPDATE refresh_tokens SET generation = generation - 1 WHERE client_id = 'restored'`);
    await service.resume();
    await expectRefused(service, third.refresh, 'restored');
    expect((await story(service, third)).at(-1)).toBe('refresh-refused: ahead-of-database');
    expect(await recordOf(service, third)).toBeDefined();
    // The restored record still contains the hash of the third token, so the second token is refused too.
    await expectRefused(service, second.refresh, 'restored');
    tokensOf(await askRefresh(service, (await login(service, 'all', 'restored')).refresh, 'restored'));
    await expectRefused(service, third.refresh, 'restored');
    expect((await story(service, third)).at(-1)).toBe('refresh-refused: earlier-login');
  });

  it('ends its session when it is revoked', async () => {
    const [, second, third] = (await chain('restored-revoked', 3)) as [Tokens, Tokens, Tokens];
    await service.freeData();
    await runSql(
      service.dataDir,
      `UPDATE refresh_tokens SET generation = generation - 1 WHERE client_id = 'restored-revoked'`,
    );
    await service.resume();
    expect((await revoke(service, third.refresh, 'restored-revoked')).status).toBe(200);
    expect([await isAlive(service, second), await isAlive(service, third)]).toEqual([false, false]);
  });
});

describe('a record that a client wrote', () => {
  it('does not become the session of a later login', async () => {
    const id = await create(service.client(basicOf('admin')), { Subject: 'all@example.com', ClientId: 'written' });
    const tokens = await login(service, 'all', 'written');
    expect((await recordOf(service, tokens))?.Id).not.toBe(id);
    await refresh(service, tokens, 'written');
  });
});

async function expectEnded(...all: Tokens[]): Promise<void> {
  for (const tokens of all) expect(await isAlive(service, tokens)).toBe(false);
  const [newest] = all.slice(-1) as [Tokens];
  expect(await recordOf(service, newest)).toBeUndefined();
  expect((await story(service, newest)).at(-1)).toBe('session-ended: replayed');
  for (const { refresh: token } of all) {
    const { status, body } = await askRefresh(service, token);
    expect([status, body]).toEqual([400, REFUSED]);
  }
}
