import { TOTP, URI } from 'otpauth';
import { runCli } from '../support/cli.js';
import { basic, basicOf, expectFailures, passwordOf, type Answer, type Client } from '../support/client.js';
import { secretOf } from '../support/codec.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  ask,
  disposeWithoutLeaks,
  events,
  isAlive,
  keepSecret,
  login,
  refresh,
  tokensOf,
  totpStepWith,
  type Tokens,
} from '../support/sessions.js';

const PASSWORD = '/api/account/password';
const EXPIRED = '/api/account/expiredpassword';
const TOTP_PATH = '/api/account/totp';
const CODES = '/api/account/recoverycodes';
const NEXT = 'another long passphrase';
const COMMON = 'must not be one of the commonest passwords';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ LOG_LEVEL: 'trace' });
  keepSecret(NEXT);
});
afterAll(() => disposeWithoutLeaks(service));

const by = ({ access }: Tokens): Client => service.client(`Bearer ${access}`);
const signIn = (name: string, fields: Record<string, string> = {}): Promise<Answer> =>
  ask(service, { grant_type: 'password', username: `${name}@example.com`, password: passwordOf(name), ...fields });
const change = (tokens: Tokens, body: Record<string, unknown>): Promise<Answer> => by(tokens).put(PASSWORD, body);
const reasonsOf = async (name: string, kind: string): Promise<unknown[]> =>
  (await events(service, { Subject: `${name}@example.com`, Kind: kind })).map(({ Reason }) => Reason);

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

describe('a change of the own password', () => {
  it.each([
    [
      'no members',
      {},
      [
        ['CurrentPassword', 'is a required field'],
        ['NewPassword', 'is a required field'],
      ],
    ],
    ['a wrong present password', { CurrentPassword: 'wrong', NewPassword: NEXT }, [['CurrentPassword', 'is wrong']]],
    [
      'a short one',
      { CurrentPassword: 'x', NewPassword: 'seven77' },
      [['NewPassword', 'must have 8 to 512 characters']],
    ],
    [
      'seven letters of two units',
      { CurrentPassword: 'x', NewPassword: '𝔭𝔞𝔰𝔰𝔴𝔬𝔯' },
      [['NewPassword', 'must have 8 to 512 characters']],
    ],
    ['a common one', { CurrentPassword: 'x', NewPassword: 'password1' }, [['NewPassword', COMMON]]],
    ['a common one in capitals', { CurrentPassword: 'x', NewPassword: 'PassWord1' }, [['NewPassword', COMMON]]],
    ['a number', { CurrentPassword: 'x', NewPassword: 12345678 }, [['NewPassword', 'must be a string']]],
    [
      'no flag',
      { CurrentPassword: 'x', NewPassword: NEXT, EndOtherSessions: 'maybe' },
      [['EndOtherSessions', 'must be true or false']],
    ],
  ])('is refused with %s, and shows no password', async (_what, body, failures) => {
    const tokens = await login(service, 'all', 'refused');
    const answer = await change(tokens, body);
    const shown = (name: string): unknown => (name === 'EndOtherSessions' ? 'maybe' : null);
    expectFailures(
      answer,
      ...failures.map(([name = '', message = '']) => [name, message, shown(name)] as [string, string, unknown]),
    );
    expect(await isAlive(service, tokens)).toBe(true);
    expect((await signIn('all')).status).toBe(200);
  });

  it('is refused with the same password, and with a stale one', async () => {
    const tokens = await login(service, 'read', 'stale');
    const same = { CurrentPassword: passwordOf('read'), NewPassword: passwordOf('read') };
    expectFailures(await change(tokens, same), ['NewPassword', 'must differ from the present one', null]);
    const there = await login(service, 'read', 'there');
    expect((await change(tokens, { ...same, NewPassword: NEXT, EndOtherSessions: false })).status).toBe(200);
    expect(await isAlive(service, there)).toBe(true);
    expectFailures(await change(there, { ...same, NewPassword: 'a third passphrase' }), [
      'CurrentPassword',
      'is wrong',
      null,
    ]);
    expect(await reasonsOf('read', 'password-change-refused')).toEqual(['wrong-password']);
    expect((await signIn('read')).body.error).toBe('invalid_grant');
    expect((await service.client(basic('read@example.com', NEXT)).get('/api/account')).status).toBe(200);
  });

  it('ends all other sessions in the same transaction, and keeps this one', async () => {
    const [here, there] = [await login(service, 'create', 'here'), await login(service, 'create', 'there')];
    const { status, body } = await change(here, { CurrentPassword: passwordOf('create'), NewPassword: NEXT });
    expect([status, body.Message, body.Value]).toEqual([200, 'The password was changed.', null]);
    expect([await isAlive(service, here), await isAlive(service, there)]).toEqual([true, false]);
    expect((await refresh(service, here)).access).not.toBe('');
    const changes = await events(service, { Subject: 'create@example.com', Kind: 'user-changed' });
    expect(changes.at(-1)).toMatchObject({ Reason: 'password-changed', Actor: 'create@example.com' });
    expect(await reasonsOf('create', 'session-ended')).toEqual(['password-changed']);
    expect((await signIn('create', { password: NEXT })).status).toBe(200);
  });

  it('happens once if two requests change the same password', async () => {
    const sessions = [await login(service, 'delete', 'a'), await login(service, 'delete', 'b')];
    const answers = await Promise.all(
      sessions.map((tokens, n) =>
        change(tokens, { CurrentPassword: passwordOf('delete'), NewPassword: `${NEXT} ${n}`, EndOtherSessions: false }),
      ),
    );
    const won = answers.findIndex(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect((await signIn('delete', { password: `${NEXT} ${won}` })).status).toBe(200);
    expect((await signIn('delete', { password: `${NEXT} ${1 - won}` })).status).toBe(400);
  });

  it('limits wrong present passwords, as a sign-in does', async () => {
    const tokens = await login(service, 'none', 'guessing');
    const statuses = [];
    for (let n = 0; n < 8; n++)
      statuses.push((await change(tokens, { CurrentPassword: `guess ${n}`, NewPassword: NEXT })).status);
    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
    expect(statuses).toContain(429);
  });
});

describe('a password that must be changed', () => {
  it('is changed with the ticket of the refused sign-in, once', async () => {
    await service.freeData();
    await runCli(service.dataDir, ['users', 'change', 'list@example.com', '--must-reset-password']);
    await service.resume();
    const { status, body } = await signIn('list');
    expect([status, body.error]).toEqual([400, 'must_reset_password']);
    const ticket = body.password_ticket as string;
    keepSecret(ticket);
    const replace = (fields: Record<string, unknown>): Promise<Answer> => service.client().put(EXPIRED, fields);
    const badTicket: [string, string, null] = ['Ticket', 'is not valid, or no longer: sign in again', null];
    expectFailures(await replace({ Ticket: `${ticket}x`, NewPassword: NEXT }), badTicket);
    expectFailures(await replace({ Ticket: ticket, NewPassword: 'password1' }), ['NewPassword', COMMON, null]);
    const same = { Ticket: ticket, NewPassword: passwordOf('list') };
    expectFailures(await replace(same), ['NewPassword', 'must differ from the present one', null]);
    // A ticket is no access token.
    expect((await service.client(`Bearer ${ticket}`).get('/api/account')).status).toBe(401);
    const answers = await Promise.all(
      [NEXT, `${NEXT} 2`].map((NewPassword) => replace({ Ticket: ticket, NewPassword })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400]);
    expectFailures(await replace({ Ticket: ticket, NewPassword: `${NEXT} 3` }), badTicket);
    const password = answers[0]?.status === 200 ? NEXT : `${NEXT} 2`;
    expect((await signIn('list', { password })).status).toBe(200);
    expect(await reasonsOf('list', 'user-changed')).toEqual(['must-reset-password', 'password-changed']);
  });

  it('gives no ticket to a wrong password', async () => {
    expect((await signIn('all', { password: 'wrong' })).body).not.toHaveProperty('password_ticket');
  });
});

describe('a second factor', () => {
  let tokens: Tokens;
  let totp: TOTP;
  let codes: string[];

  it('is set up with a first code, which counts as used, and gives ten recovery codes once', async () => {
    tokens = await login(service, 'edit', 'phone');
    const begun = await by(tokens).post(TOTP_PATH, {});
    const { Secret: secret, Uri: uri, QrCode: svg, Ticket } = begun.body.Value as Record<string, string>;
    if (!secret || !uri || !Ticket) throw new Error('The answer has no secret.');
    keepSecret(secret, Ticket);
    expect(svg).toMatch(/^<svg[^]*<\/svg>$/);
    expect(begun.headers.get('content-encoding')).toBeNull();
    totp = URI.parse(uri) as TOTP;
    expect([totp.secret.base32, totp.issuer, totp.label]).toEqual([secret, 'Tessera', 'edit@example.com']);
    // Nothing has changed yet.
    tokens = tokensOf(await signIn('edit', { client_id: 'phone' }));
    expectFailures(await by(tokens).put(TOTP_PATH, { Ticket, Totp: '000000' }), [
      'Totp',
      'is wrong, or of another time',
      null,
    ]);
    await totpStepWith(15);
    const Totp = totp.generate();
    const stranger = await login(service, 'all', 'stranger');
    expectFailures(await by(stranger).put(TOTP_PATH, { Ticket, Totp }), ['Ticket', 'is not valid: begin again', null]);
    const done = await by(tokens).put(TOTP_PATH, { Ticket, Totp });
    expect([done.status, done.body.Message]).toEqual([200, 'The second factor was set up.']);
    codes = done.body.Value.RecoveryCodes as string[];
    keepSecret(...codes);
    expect(codes).toHaveLength(10);
    expect(new Set(codes.map((code) => code.replace(/[A-Z2-7]/g, 'x')))).toEqual(new Set(['xxxx-xxxx-xxxx-xxxx']));
    expect((await by(tokens).get('/api/account')).body).toMatchObject({ HasSecondFactor: true, RecoveryCodesLeft: 10 });
    expect((await signIn('edit', { totp: Totp })).body.error).toBe('two_factor_auth_check');
    expect((await service.client(basicOf('edit')).get('/api/account')).status).toBe(401);
    const next = totp.generate({ timestamp: Date.now() + 30_000 });
    expect((await signIn('edit', { totp: next })).status).toBe(200);
  });

  it('is replaced by each recovery code once, also if two sign-ins use the same one', async () => {
    const [first = '', second = '', third = ''] = codes;
    const spelled = ` ${first.toLowerCase().replaceAll('-', ' ')} `;
    expect((await signIn('edit', { totp: spelled, client_id: 'phone' })).status).toBe(200);
    expect((await signIn('edit', { totp: first })).body.error).toBe('two_factor_auth_check');
    const crowd = await Promise.all([second, second, second, third].map((code) => signIn('edit', { totp: code })));
    expect(
      crowd
        .slice(0, 3)
        .map(({ status }) => status)
        .sort(),
    ).toEqual([200, 400, 400]);
    expect(crowd[3]?.status).toBe(200);
    expect(await reasonsOf('edit', 'recovery-code-used')).toEqual(['9 left', '8 left', '7 left']);
    // Recovery codes belong to one user.
    expect((await signIn('all', { totp: codes[3] ?? '' })).status).toBe(200);
    expect((await by(tokens).get('/api/account')).body.RecoveryCodesLeft).toBe(7);
  });

  it('and its codes, and the password, change only soon after a sign-in, by the clock of the database', async () => {
    tokens = tokensOf(await signIn('edit', { totp: codes[3] ?? '', client_id: 'phone' }));
    const [old] = await aged('edit', tokens);
    if (!old) throw new Error('There is no session.');
    const body = { CurrentPassword: passwordOf('edit'), NewPassword: NEXT };
    for (const answer of [
      await by(old).post(TOTP_PATH, {}),
      await by(old).put(TOTP_PATH, { Ticket: 'x', Totp: '000000' }),
      await by(old).delete(TOTP_PATH),
      await by(old).post(CODES, {}),
      await by(old).put(PASSWORD, body),
    ])
      expectStepUp(answer);
    expect((await by(old).get('/api/account')).body).toMatchObject({ HasSecondFactor: true, RecoveryCodesLeft: 6 });
    // A user without a second factor proves the present password in the request itself.
    const [plain] = await aged('admin', await login(service, 'admin', 'old'));
    expectFailures(await change(plain as Tokens, { ...body, CurrentPassword: 'x' }), [
      'CurrentPassword',
      'is wrong',
      null,
    ]);
    expectStepUp(await by(plain as Tokens).post(TOTP_PATH, {}));
    tokens = tokensOf(await signIn('edit', { totp: codes[4] ?? '', client_id: 'phone' }));
    const renewed = await by(tokens).post(CODES, {});
    expect(renewed.body.Message).toBe('There are new recovery codes.');
    expect((await signIn('edit', { totp: codes[5] ?? '' })).body.error).toBe('two_factor_auth_check');
    codes = renewed.body.Value.RecoveryCodes as string[];
    keepSecret(...codes);
    expect((await signIn('edit', { totp: codes[0] ?? '' })).status).toBe(200);
  });

  it('survives a change of the secret with its recovery codes, and is removed by the user', async () => {
    const earlier = secretOf(service.dataDir);
    const TESSERA_SECRET = 'another secret for tests only, of more than 43 characters';
    for (const TESSERA_SECRET_PREVIOUS of [earlier, undefined]) {
      await service.end();
      await service.resume({ TESSERA_SECRET, TESSERA_SECRET_PREVIOUS });
    }
    tokens = tokensOf(await signIn('edit', { totp: codes[1] ?? '', client_id: 'phone' }));
    expect((await by(tokens).delete(TOTP_PATH)).body.Message).toBe('The second factor was removed.');
    expect((await signIn('edit')).status).toBe(200);
    expect((await by(tokens).get('/api/account')).body).toMatchObject({ HasSecondFactor: false, RecoveryCodesLeft: 0 });
    const none = await by(tokens).post(CODES, {});
    expect([none.status, none.body.Message]).toEqual([400, 'There is no second factor: set one up first.']);
    const reasons = ['totp-enabled', 'recovery-codes-made', 'totp-disabled'];
    expect(await reasonsOf('edit', 'user-changed')).toEqual(reasons);
  });
});
