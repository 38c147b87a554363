import { basicOf } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  expectRefused,
  introspect,
  login,
  recordOf,
  refresh,
  story,
  the,
  type Tokens,
} from '../support/sessions.js';

/** Seconds. A refresh writes the expiry when the expiry moves by more than a fifteenth of the lifetime: 100. */
const TTL = 1500;
const MAX_AGE = 6000;
/** Seconds that a slow machine may need between setting the times of a row and reading them. */
const SLACK = 45;

/** How long the session still lives, and how long ago the login was, before the refresh. */
const AGES: Record<string, { left: number; age: number }> = {
  'just begun': { left: TTL - 40, age: 40 },
  'a while ago': { left: TTL - 120, age: 120 },
  'nearly expired': { left: 60, age: 3000 },
  'nearly too old': { left: 60, age: MAX_AGE - 300 },
  expired: { left: -1, age: 3000 },
  'too old': { left: 500, age: MAX_AGE + 1 },
};

let service: Service;
const sessions = new Map<string, Tokens>();
const at = (name: string): Tokens => the(sessions.get(name));

beforeAll(async () => {
  service = await Service.start({ REFRESH_TOKEN_TTL: String(TTL), REFRESH_TOKEN_MAX_AGE: String(MAX_AGE) });
  for (const name of Object.keys(AGES)) sessions.set(name, await login(service, 'all', name));
  await service.freeData();
  const updates = Object.entries(AGES).map(
    ([name, { left, age }]) => `UPDATE refresh_tokens SET
      expires_on = date_trunc('second', now() + interval '${left} seconds'),
      auth_time = date_trunc('second', now() - interval '${age} seconds') WHERE client_id = '${name}'`,
  );
  await runSql(service.dataDir, updates.join(';'));
  await service.resume();
});
afterAll(() => disposeWithoutLeaks(service));

const expiryOf = async (name: string): Promise<number> =>
  Date.parse(the(await recordOf(service, at(name))).ExpiresOn) / 1000;

/** Refreshes. Returns by how many seconds the expiry moved, and how many seconds are then left. */
async function slide(name: string): Promise<{ moved: number; left: number }> {
  const before = await expiryOf(name);
  sessions.set(name, await refresh(service, at(name), name));
  const after = await expiryOf(name);
  return { moved: after - before, left: after - Date.now() / 1000 };
}

describe('the expiry', () => {
  it('is at first one token lifetime after the login', async () => {
    const tokens = await login(service, 'list');
    const record = the(await recordOf(service, tokens));
    expect(Math.abs(Date.parse(record.ExpiresOn) / 1000 - Date.now() / 1000 - TTL)).toBeLessThan(SLACK);
  });

  it('is not written when it would move by less than a fifteenth of the lifetime', async () => {
    expect((await slide('just begun')).moved).toBe(0);
  });

  it.each(['a while ago', 'nearly expired'])(
    'slides to a full lifetime from now when that is later: %s',
    async (name) => {
      const { moved, left } = await slide(name);
      expect(moved).toBeGreaterThanOrEqual(100);
      expect(Math.abs(left - TTL)).toBeLessThan(SLACK);
    },
  );

  it('never goes past the longest life of a login', async () => {
    const { moved } = await slide('nearly too old');
    // 60 seconds were left, and 300 are allowed.
    expect(moved).toBe(240);
    expect((await slide('nearly too old')).moved).toBe(0);
  });

  it('is the same in introspection', async () => {
    const { body } = await introspect(service, at('nearly expired').refresh);
    expect(body).toMatchObject({ active: true, exp: await expiryOf('nearly expired') });
  });
});

describe.each(['expired', 'too old'])('a session that is %s', (name) => {
  it('is refused, and is not ended', async () => {
    expect((await introspect(service, at(name).refresh)).text).toBe('{"active":false}');
    await expectRefused(service, at(name).refresh, name);
    expect(await recordOf(service, at(name))).toBeDefined();
    expect((await story(service, at(name))).at(-1)).toBe('refresh-refused: expired');
  });

  it('starts again with a login, on the same record', async () => {
    const { Id } = the(await recordOf(service, at(name)));
    const tokens = await login(service, 'all', name);
    expect((await recordOf(service, tokens))?.Id).toBe(Id);
    await refresh(service, tokens, name);
  });
});

it('an expiry that an administrator moves to a later time is ignored, and introspection does not change', async () => {
  const tokens = await login(service, 'all', 'put off');
  const record = the(await recordOf(service, tokens));
  const { body: before } = await introspect(service, tokens.refresh);
  const put = { ...record, ExpiresOn: '2050-01-01T00:00:00Z' };
  expect((await service.client(basicOf('admin')).put('/api/sys/refreshtokens', put)).status).toBe(200);
  const { body } = await introspect(service, tokens.refresh);
  expect([body.exp, body.exp - body.auth_time]).toEqual([before.exp, TTL]);
});
