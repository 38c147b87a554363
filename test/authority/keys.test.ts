import { decodeProtectedHeader } from 'jose';
import { runCli } from '../support/cli.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  isAlive,
  login,
  recordOf,
  refresh,
  sessionOf,
  the,
  type Tokens,
} from '../support/sessions.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** Runs a command on the data of the service. Returns the JSON that the command printed. A running service reads keys once a second. */
async function command<T>(...args: string[]): Promise<T> {
  await (args[0] === 'keys' ? service.end() : service.freeData());
  const { code, stdout, stderr } = await runCli(service.dataDir, [...args, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  await service.resume();
  return JSON.parse(stdout) as T;
}

const keyOf = ({ access }: Tokens): unknown => decodeProtectedHeader(access).kid;

async function keySet(): Promise<unknown[]> {
  const { body } = await service.client().get('/.well-known/jwks.json');
  return (body as { keys: { kid: unknown }[] }).keys.map(({ kid }) => kid);
}

describe('a rotation of the signing keys', () => {
  let first: Tokens;
  let announced: string;

  it('announces a key before it signs', async () => {
    first = await login(service, 'all', 'keys');
    expect(await keySet()).toEqual([keyOf(first)]);
    const result = await command<{ kid: string; signsAtOnce: boolean }>('keys', 'rotate');
    announced = result.kid;
    expect(result.signsAtOnce).toBe(false);
    expect(await keySet()).toEqual([keyOf(first), announced]);
    expect(keyOf(await login(service, 'all', 'keys'))).toBe(keyOf(first));
  });

  it('signs with the new key after an hour, and accepts tokens of the earlier key', async () => {
    await service.end();
    const earlier = `UPDATE signing_keys SET signs_from = signs_from - interval '1 hour'`;
    await runSql(service.dataDir, earlier);
    await service.resume();
    const second = await login(service, 'all', 'keys');
    expect(keyOf(second)).toBe(announced);
    expect([await isAlive(service, first), await isAlive(service, second)]).toEqual([true, true]);
    expect(await keySet()).toEqual([keyOf(first), announced]);
  });

  it('with --now replaces the other keys immediately: their tokens are invalid', async () => {
    const { kid, signsAtOnce } = await command<{ kid: string; signsAtOnce: boolean }>('keys', 'rotate', '--now');
    expect(signsAtOnce).toBe(true);
    expect(await keySet()).toEqual([kid]);
    expect(await isAlive(service, first)).toBe(false);
    const latest = await login(service, 'all', 'keys');
    expect([keyOf(latest), await isAlive(service, latest)]).toEqual([kid, true]);
  });

  it('happens automatically after ninety days, and deletes a key when all its tokens have expired', async () => {
    await service.end();
    const aged = `UPDATE signing_keys SET signs_from = signs_from - interval '91 days', created_on = created_on - interval '91 days'`;
    await runSql(service.dataDir, aged);
    await service.resume();
    const kids = await keySet();
    expect(kids).toHaveLength(2);
    expect(kids).not.toContain(keyOf(first));
    expect(await isAlive(service, first)).toBe(false);
  });
});

describe('the command sessions', () => {
  it('lists the sessions of a user', async () => {
    const tokens = await login(service, 'list', 'phone');
    await login(service, 'list', 'web');
    const record = the(await recordOf(service, tokens));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
    const times = { created: time, signedIn: time, refreshed: time, expires: record.ExpiresOn, redeemed: time };
    const agent = { userAgent: 'node', device: 'node', deviceName: null, how: 'pwd' };
    const last = { address: '127.0.0.1', firstAddress: '127.0.0.1', ...agent, request: expect.any(String) as string };
    const all = await command<object[]>('sessions', 'list', '--subject', 'LIST@example.com');
    expect(all).toHaveLength(2);
    expect(all[0]).toEqual({ id: record.Id, session: sessionOf(tokens), client: 'phone', ...times, ...last });
    expect(await command('sessions', 'list', '--subject', 'list@example.com', '--client', 'none')).toEqual([]);
  });

  it('ends those at one client, or all', async () => {
    const [phone, web, desk] = await Promise.all(
      ['phone', 'web', 'desk'].map((client) => login(service, 'list', client)),
    );
    const subject = ['--subject', 'list@example.com'];
    expect(await command('sessions', 'end', ...subject, '--client', 'phone')).toMatchObject({ ended: 1 });
    expect(await isAlive(service, the(phone))).toBe(false);
    expect((await askRefresh(service, the(phone).refresh, 'phone')).status).toBe(400);
    await refresh(service, the(web), 'web');
    expect(await command('sessions', 'end', ...subject)).toMatchObject({ ended: 2 });
    for (const tokens of [web, desk]) expect(await isAlive(service, the(tokens))).toBe(false);
  });
});

it('the earliest key signs when a clock was set back and no key has begun to sign', async () => {
  await service.end();
  await runSql(service.dataDir, `UPDATE signing_keys SET signs_from = signs_from + interval '1 day'`);
  await service.resume();
  expect(await isAlive(service, await login(service, 'all', 'keys'))).toBe(true);
});
