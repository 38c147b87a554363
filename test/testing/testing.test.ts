import { PGlite } from '@electric-sql/pglite';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestClock } from '../../src/testing/test-clock.js';
import { RESOURCE, validRecord } from '../support/client.js';
import { TOKEN } from '../support/sessions.js';
import { startTessera } from '../support/team-tests.js';

type Tessera = Awaited<ReturnType<typeof startTessera>>;
type User = Awaited<ReturnType<Tessera['signIn']>>;

const ARCHIVE = join(import.meta.dirname, '../../dist/database/new-database.tgz');

const statusOf = async (user: User, path = RESOURCE): Promise<number> => (await user.fetch(path)).status;

describe('a service under test', () => {
  let tessera: Tessera;
  beforeAll(async () => {
    tessera = await startTessera({ settings: { ACCESS_TOKEN_TTL: 600 } });
  });
  afterAll(() => tessera.dispose());

  const refresh = async ({ refreshToken, email }: User): Promise<{ status: number; access: string }> => {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, username: email };
    const response = await fetch(tessera.url + TOKEN, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: access = '' } = (await response.json()) as { access_token?: string };
    return { status: response.status, access };
  };

  it('signs in users with the given roles alone', async () => {
    const user = await tessera.signIn('RefreshToken-Create');
    expect((await user.fetch(RESOURCE, { method: 'POST', body: validRecord() })).status).toBe(200);
    expect(await statusOf(user)).toBe(403);
    await expect(tessera.signIn('Refreshtoken-List')).rejects.toThrow('Unknown: Refreshtoken-List. The roles are ');
  });

  it('has a clock by which an access token expires, and then the session', async () => {
    const user = await tessera.signIn('RefreshToken-List');
    tessera.clock.advance({ minutes: 9 });
    expect(await statusOf(user)).toBe(200);
    tessera.clock.advance({ minutes: 1, seconds: 1 });
    expect(await statusOf(user)).toBe(401);
    const refreshed = await refresh(user);
    expect(refreshed.status).toBe(200);
    const { iat } = JSON.parse(Buffer.from(refreshed.access.split('.')[1] ?? '', 'base64url').toString()) as {
      iat: number;
    };
    expect(Math.abs(iat - tessera.clock.now().getTime() / 1_000)).toBeLessThan(60);
    expect(iat - Date.now() / 1_000).toBeGreaterThan(500);
    const other = await tessera.signIn();
    tessera.clock.advance({ days: 15, seconds: 1 });
    expect((await refresh(other)).status).toBe(400);
  });

  it('has a clock that ends what the process remembers, such as a block after wrong guesses', async () => {
    const user = await tessera.signIn();
    const guess = async (client: string): Promise<number> => {
      const form = { grant_type: 'refresh_token', refresh_token: user.refreshToken, client_id: client };
      return (await fetch(tessera.url + TOKEN, { method: 'POST', body: new URLSearchParams(form) })).status;
    };
    for (let n = 0; (await guess(`wrong-${n}`)) !== 429; n++) expect(n).toBeLessThan(20);
    expect(await guess('tests')).toBe(429);
    tessera.clock.advance({ minutes: 16 });
    expect(await guess('tests')).toBe(200);
  });

  it.each<[by: object, message: string]>([
    [{}, 'The clock only moves forward: give a duration above zero.'],
    [{ hours: -1, days: 1 }, 'The clock only moves forward: hours must be a number from 0, and is -1.'],
    [{ hours: NaN }, 'hours must be a number from 0, and is NaN.'],
    [{ weeks: 1 }, 'A duration has days, hours, minutes, seconds, and no "weeks".'],
    [{ days: 400_000 }, 'The clock moves at most a thousand years forward.'],
  ])('has a clock that refuses %j', (by, message) => {
    expect(() => {
      tessera.clock.advance(by);
    }).toThrow(message);
  });
});

it('the clock of a service on PostgreSQL does not move', () => {
  expect(() => {
    new TestClock(false).advance({ hours: 1 });
  }).toThrow('The clock of PostgreSQL does not move: start the test without DATABASE_URL to move it.');
});

describe('a further start in a process', () => {
  it('takes little more than PostgreSQL itself, and its clock is the real one', async () => {
    await (await startTessera()).dispose();
    const alone: number[] = [];
    const whole: number[] = [];
    for (let n = 0; n < 3; n++) {
      alone.push(
        await processorTime(async () => {
          const engine = await PGlite.create({ loadDataDir: new Blob([readFileSync(ARCHIVE)]) });
          await engine.close();
        }),
      );
      whole.push(
        await processorTime(async () => {
          const tessera = await startTessera();
          expect(Math.abs(tessera.clock.now().getTime() - Date.now())).toBeLessThan(1_000);
          await tessera.dispose();
        }),
      );
    }
    // Of the processor, not of the day: a busy machine does not fail this. On a quiet one the two are 0.4 and 0.7 seconds.
    expect(Math.min(...whole) / Math.min(...alone)).toBeLessThan(4);
  });
});

/** The time of the processor that the work takes, in milliseconds. */
async function processorTime(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
