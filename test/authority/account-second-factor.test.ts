import { URI, type TOTP } from 'otpauth';
import { AccountRequests } from '../support/account.js';
import { basicOf, expectFailures, passwordOf, type Answer } from '../support/client.js';
import { secretOf } from '../support/codec.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  keepSecret,
  login,
  refresh,
  the,
  tokensOf,
  totpStepWith,
  type Tokens,
} from '../support/sessions.js';

const PASSWORD = '/api/account/password';
const TOTP_PATH = '/api/account/totp';
const CODES = '/api/account/recoverycodes';
const NEXT = 'another long passphrase';

let service: Service;
let account: AccountRequests;
beforeAll(async () => {
  service = await Service.start({ LOG_LEVEL: 'trace' });
  account = new AccountRequests(service);
  keepSecret(NEXT);
});
afterAll(() => disposeWithoutLeaks(service));

/** Makes the sign-ins of a user older than five minutes, and returns fresh access tokens of these old sign-ins. */
async function aged(name: string, ...sessions: Tokens[]): Promise<Tokens[]> {
  await service.freeData();
  const old = `auth_time = auth_time - interval '301 seconds'`;
  await runSql(service.dataDir, `UPDATE refresh_tokens SET ${old} WHERE subject = '${name}@example.com'`);
  await service.resume();
  return Promise.all(sessions.map((tokens) => refresh(service, tokens)));
}

function expectStepUp({ status, headers, body }: Answer): void {
  expect([status, body.Message]).toEqual([401, 'Sign in again: the last sign-in is older than 5 minutes.']);
  expect(headers.get('www-authenticate')).toMatch(
    /^Bearer error="insufficient_user_authentication", error_description="[^"]+", max_age="300"$/,
  );
}

describe('a second factor', () => {
  let tokens: Tokens;
  let totp: TOTP;
  let codes: string[];

  it('is set up with a first code, which counts as used, and gives ten recovery codes once', async () => {
    tokens = await login(service, 'edit', 'phone');
    const begun = await account.by(tokens).post(TOTP_PATH, {});
    const { Secret: secret, Uri: uri, QrCode: svg, Ticket } = begun.body.Value as Record<string, string>;
    if (!secret || !uri || !Ticket) throw new Error('The answer has no secret.');
    keepSecret(secret, Ticket);
    expect(svg).toMatch(/^<svg[^]*<\/svg>$/);
    expect(begun.headers.get('content-encoding')).toBeNull();
    totp = URI.parse(uri) as TOTP;
    expect([totp.secret.base32, totp.issuer, totp.label]).toEqual([secret, 'Tessera', 'edit@example.com']);
    // Nothing has changed yet.
    tokens = tokensOf(await account.signIn('edit', { client_id: 'phone' }));
    expectFailures(await account.by(tokens).put(TOTP_PATH, { Ticket, Totp: '000000' }), [
      'Totp',
      'is wrong, or of another time',
      null,
    ]);
    await totpStepWith(15);
    const Totp = totp.generate();
    const stranger = await login(service, 'all', 'stranger');
    expectFailures(await account.by(stranger).put(TOTP_PATH, { Ticket, Totp }), [
      'Ticket',
      'is not valid, or no longer: begin again',
      null,
    ]);
    const done = await account.by(tokens).put(TOTP_PATH, { Ticket, Totp });
    expect([done.status, done.body.Message]).toEqual([200, 'The second factor was set up.']);
    codes = done.body.Value.RecoveryCodes as string[];
    keepSecret(...codes);
    expect(codes).toHaveLength(10);
    expect(new Set(codes.map((code) => code.replace(/[A-Z2-7]/g, 'x')))).toEqual(new Set(['xxxx-xxxx-xxxx-xxxx']));
    expect((await account.by(tokens).get('/api/account')).body).toMatchObject({
      HasSecondFactor: true,
      RecoveryCodesLeft: 10,
    });
    expect((await account.signIn('edit', { totp: Totp })).body.error).toBe('two_factor_auth_check');
    expect((await service.client(basicOf('edit')).get('/api/account')).status).toBe(401);
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    expect((await account.signIn('edit', { totp: next })).status).toBe(200);
  });

  it('is replaced by each recovery code once, also if two sign-ins use the same one', async () => {
    const [first = '', second = '', third = ''] = codes;
    const spelled = ` ${first.toLowerCase().replaceAll('-', ' ')} `;
    expect((await account.signIn('edit', { totp: spelled, client_id: 'phone' })).status).toBe(200);
    expect((await account.signIn('edit', { totp: first })).body.error).toBe('two_factor_auth_check');
    const crowd = await Promise.all(
      [second, second, second, third].map((code) => account.signIn('edit', { totp: code })),
    );
    expect(
      crowd
        .slice(0, 3)
        .map(({ status }) => status)
        .sort(),
    ).toEqual([200, 400, 400]);
    expect(crowd[3]?.status).toBe(200);
    expect(await account.reasonsOf('edit', 'recovery-code-used')).toEqual(['9 left', '8 left', '7 left']);
    // Recovery codes belong to one user.
    expect((await account.signIn('all', { totp: codes[3] ?? '' })).status).toBe(200);
    expect((await account.by(tokens).get('/api/account')).body.RecoveryCodesLeft).toBe(7);
  });

  it('and its codes, and the password, change only soon after a sign-in, by the clock of the database', async () => {
    tokens = tokensOf(await account.signIn('edit', { totp: codes[3] ?? '', client_id: 'phone' }));
    const [old] = await aged('edit', tokens);
    if (!old) throw new Error('There is no session.');
    const body = { CurrentPassword: passwordOf('edit'), NewPassword: NEXT };
    for (const answer of [
      await account.by(old).post(TOTP_PATH, {}),
      await account.by(old).put(TOTP_PATH, { Ticket: 'x', Totp: '000000' }),
      await account.by(old).delete(TOTP_PATH),
      await account.by(old).post(CODES, {}),
      await account.by(old).put(PASSWORD, body),
    ])
      expectStepUp(answer);
    expect((await account.by(old).get('/api/account')).body).toMatchObject({
      HasSecondFactor: true,
      RecoveryCodesLeft: 6,
    });
    // A user without a second factor proves the present password in the request itself.
    const [plain] = await aged('admin', await login(service, 'admin', 'old'));
    expectFailures(await account.changePassword(the(plain), { ...body, CurrentPassword: 'x' }), [
      'CurrentPassword',
      'is wrong',
      null,
    ]);
    expectStepUp(await account.by(the(plain)).post(TOTP_PATH, {}));
    tokens = tokensOf(await account.signIn('edit', { totp: codes[4] ?? '', client_id: 'phone' }));
    const renewed = await account.by(tokens).post(CODES, {});
    expect(renewed.body.Message).toBe('There are new recovery codes.');
    expect((await account.signIn('edit', { totp: codes[5] ?? '' })).body.error).toBe('two_factor_auth_check');
    codes = renewed.body.Value.RecoveryCodes as string[];
    keepSecret(...codes);
    expect((await account.signIn('edit', { totp: codes[0] ?? '' })).status).toBe(200);
  });

  it('survives a change of the secret with its recovery codes, and is removed by the user', async () => {
    const earlier = secretOf(service.dataDir);
    const TESSERA_SECRET = 'another secret for tests only, of more than 43 characters';
    for (const TESSERA_SECRET_PREVIOUS of [earlier, undefined]) {
      await service.end();
      await service.resume({ TESSERA_SECRET, TESSERA_SECRET_PREVIOUS });
    }
    tokens = tokensOf(await account.signIn('edit', { totp: codes[1] ?? '', client_id: 'phone' }));
    expect((await account.by(tokens).delete(TOTP_PATH)).body.Message).toBe('The second factor was removed.');
    expect((await account.signIn('edit')).status).toBe(200);
    expect((await account.by(tokens).get('/api/account')).body).toMatchObject({
      HasSecondFactor: false,
      RecoveryCodesLeft: 0,
    });
    const none = await account.by(tokens).post(CODES, {});
    expect([none.status, none.body.Message]).toEqual([400, 'There is no second factor: set one up first.']);
    const reasons = ['totp-enabled', 'recovery-codes-made', 'totp-disabled'];
    expect(await account.reasonsOf('edit', 'user-changed')).toEqual(reasons);
  });
});
