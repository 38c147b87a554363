import { decodeJwt } from 'jose';
import { Secret, TOTP, URI } from 'otpauth';
import { runCli } from '../support/cli.js';
import { basicOf, passwordOf, RESOURCE, type Answer } from '../support/client.js';
import { raw } from '../support/raw.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  ask,
  disposeWithoutLeaks,
  events,
  isAlive,
  keepSecret,
  seconds,
  TOKEN,
  tokensOf,
  totpStepWith,
} from '../support/sessions.js';

const WRONG = { error: 'invalid_grant', error_description: 'The user name or password is incorrect.' };
const CODE_NEEDED = {
  error: 'two_factor_auth_check',
  error_description: 'A two-factor code is needed, or the one given is wrong: take it from the authenticator app.',
};
const MUST_RESET = {
  error: 'must_reset_password',
  error_description: 'The password must be changed before signing in.',
  password_ticket: expect.stringMatching(/^[\w-]+\.\./) as string,
};
const PERIOD_MS = 30_000;

let service: Service;
let totp: TOTP;
/** Generates codes for the user list@example.com. */
let other: TOTP;

beforeAll(async () => {
  service = await Service.start({ LOG_LEVEL: 'trace' });
  await service.freeData();
  const commands = [
    ['totp', 'enable', 'edit@example.com'],
    ['users', 'disable', 'delete@example.com'],
    ['users', 'change', 'create@example.com', '--must-reset-password'],
    ['totp', 'enable', 'list@example.com'],
  ];
  const results = [];
  for (const command of commands) results.push(await runCli(service.dataDir, command));
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  totp = URI.parse(results[0]?.stdout.trim() ?? '') as TOTP;
  other = URI.parse(results[3]?.stdout.trim() ?? '') as TOTP;
  keepSecret(totp.secret.base32, other.secret.base32);
  await service.resume();
});
afterAll(() => disposeWithoutLeaks(service));

const grant = (name: string, fields: Record<string, string> = {}): Record<string, string> => ({
  grant_type: 'password',
  username: `${name}@example.com`,
  password: passwordOf(name),
  ...fields,
});

describe('the password grant', () => {
  it('answers with the four members of the contract, stored nowhere', async () => {
    const { status, headers, body } = await ask(service, grant('all'));
    expect([status, Object.keys(body as object)]).toEqual([
      200,
      ['access_token', 'token_type', 'expires_in', 'refresh_token'],
    ]);
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it.each([
    ['an empty header and an empty parameter (the default)', { client_id: '' }, '', 'all@example.com'],
    ['an empty header and a parameter', { client_id: 'web' }, '', 'web'],
    ['a header of another length', {}, 'ü'.repeat(255), 'ü'.repeat(255)],
  ])('starts a session for the client that is named by %s', async (_what, fields, header, clientId) => {
    const { access } = tokensOf(await ask(service, grant('all', fields), header));
    expect(decodeJwt(access)['client_id']).toBe(clientId);
  });

  it.each([
    ['empty parameters of any name', { totp: '', scope: '', foo: '' }],
    ['a code that the user does not need', { totp: '123456' }],
    ['parameters of another grant', { refresh_token: 'x' }],
    ['a parameter with the name of a member of every object', { constructor: 'x', toString: 'y' }],
  ])('takes %s', async (_what, fields) => {
    expect((await ask(service, grant('all', fields))).status).toBe(200);
  });

  it.each(['grant_type=password', 'username=all', 'client_id=x', 'totp=', 'foo=1&foo=2', 'client_id=x&client_id=x'])(
    'refuses a form that repeats a parameter: %s',
    async (more) => {
      const body = `${new URLSearchParams(grant('all', { client_id: 'x', totp: '' })).toString()}&${more}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
      const answer = await service.client().send('POST', TOKEN, { headers, body });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    },
  );

  it('reads nothing from a query', async () => {
    const query = new URLSearchParams(grant('all')).toString();
    const answer = await service.client().form('POST', `${TOKEN}?${query}`, { foo: 'bar' });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it('answers an unknown user and a wrong password alike, to the byte', async () => {
    const answers = [];
    for (const fields of [{ password: 'wrong' }, { username: 'nobody@example.com' }, grant('delete')]) {
      const body = new URLSearchParams(grant('all', fields)).toString();
      const head = `POST ${TOKEN} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}`;
      const { status, headers, text } = await raw(
        service.url,
        `${head}\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\n${body}`,
      );
      const same = [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
      answers.push({ status, text, same });
    }
    expect(answers[0]).toMatchObject({ status: 400, text: JSON.stringify(WRONG) });
    expect(answers.slice(1)).toEqual([answers[0], answers[0]]);
  });

  it('refuses a user who must change the password, and says so only when the password is right', async () => {
    const right = await ask(service, grant('create'));
    expect([right.status, right.body]).toEqual([400, MUST_RESET]);
    expect((await ask(service, grant('create', { password: 'wrong' }))).body).toEqual(WRONG);
    expect((await service.client(basicOf('create')).get(RESOURCE)).status).toBe(401);
    const failures = await events(service, { Subject: 'create@example.com', Kind: 'login-failed' });
    expect(failures.map(({ Reason }) => Reason)).toContain('must-reset-password');
  });

  it('gives a disabled user the same answer as a wrong password', async () => {
    expect((await ask(service, grant('delete'))).body).toEqual(WRONG);
    expect((await ask(service, grant('delete', { password: 'wrong' }))).body).toEqual(WRONG);
  });
});

describe('a user with a second factor', () => {
  const withCode = async (totpCode: string): Promise<Answer> => {
    keepSecret(`"${totpCode}"`);
    return ask(service, grant('edit', { totp: totpCode }));
  };
  const codeOf = (steps: number): string => totp.generate({ timestamp: Date.now() + steps * PERIOD_MS });

  it.each([
    ['no code', {}],
    ['an empty code', { totp: '' }],
    ['a wrong code', { totp: '000000' }],
    ['no digits', { totp: 'abcdef' }],
    ['a code of another length', { totp: '1234567' }],
  ])('is refused with %s, and the answer says why', async (_what, fields) => {
    const { status, body } = await ask(service, grant('edit', fields));
    expect([status, body]).toEqual([400, CODE_NEEDED]);
  });

  it('gets no hint of the factor without the password', async () => {
    expect((await ask(service, grant('edit', { password: 'wrong' }))).body).toEqual(WRONG);
  });

  it('cannot use Basic, which has no place for a code', async () => {
    expect((await service.client(basicOf('edit')).get(RESOURCE)).status).toBe(401);
  });

  it('signs in with the code of the step before, and with that of now, and with each once', async () => {
    // Failures of the tests above still block this account for a moment.
    await seconds(2.1);
    // All sign-ins must fall into one step of thirty seconds: begin when enough of the step is left.
    await totpStepWith(20);
    const [before, present] = [codeOf(-1), codeOf(0)];
    expect((await withCode(codeOf(-3))).body).toEqual(CODE_NEEDED);
    await seconds(2.1);
    const first = tokensOf(await withCode(before));
    expect(await isAlive(service, first)).toBe(true);
    expect(decodeJwt(first.access)['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect((await withCode(before)).body).toEqual(CODE_NEEDED);
    tokensOf(await withCode(present));
    expect((await withCode(present)).body).toEqual(CODE_NEEDED);
    // A used step also uses up the steps before it (RFC 6238, section 5.2).
    expect((await withCode(before)).body).toEqual(CODE_NEEDED);
  });

  it('signs in with a code in the forms that apps and keyboards produce', async () => {
    const spellings: ((first: string, second: string) => string)[] = [
      (first, second) => ` ${first} ${second} `,
      (first, second) => `${first}\u00a0${second.split('').join('-')}`,
      (first, second) =>
        `${first}\u2011${second}`.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    ];
    await totpStepWith(20);
    for (const [step, spelling] of spellings.entries()) {
      const code = other.generate({ timestamp: Date.now() + (step - 1) * PERIOD_MS });
      keepSecret(`"${code}"`);
      tokensOf(await ask(service, grant('list', { totp: spelling(code.slice(0, 3), code.slice(3)) })));
    }
    const { body } = await ask(service, grant('list', { totp: '12 34 5' }));
    expect(body).toEqual(CODE_NEEDED);
  });

  it('is asked for a code when it sends only blanks and hyphens, and no guess is counted', async () => {
    for (let n = 0; n < 10; n++)
      expect((await ask(service, grant('list', { totp: ' -\u00a0' }))).body).toEqual(CODE_NEEDED);
    const failures = await events(service, { Subject: 'list@example.com', Kind: 'login-failed' });
    expect(failures.slice(-10).map(({ Reason }) => Reason)).toEqual(Array(10).fill('no-code'));
  });

  it('signs in with the first code of a factor that was enabled again, even if the previous factor used later codes', async () => {
    await service.freeData();
    await runSql(service.dataDir, `UPDATE users SET totp_last_step = 99999999 WHERE email = 'edit@example.com'`);
    const { stdout } = await runCli(service.dataDir, ['totp', 'enable', 'edit@example.com']);
    totp = URI.parse(stdout.trim()) as TOTP;
    keepSecret(totp.secret.base32);
    await service.resume();
    tokensOf(await ask(service, grant('edit', { totp: codeOf(0) })));
  });

  it('keeps the factor when an operator replaces the password, here by one of 512 characters', async () => {
    const password = 'längst '.repeat(100).slice(0, 512);
    keepSecret(password);
    await service.freeData();
    const { code } = await runCli(service.dataDir, ['users', 'change', 'edit@example.com', '--password'], password);
    await service.resume();
    expect(code).toBe(0);
    expect((await ask(service, grant('edit', { password }))).body).toEqual(CODE_NEEDED);
    expect((await ask(service, grant('edit'))).body).toEqual(WRONG);
  });

  it('cannot sign in with a code of another secret', async () => {
    const foreign = new TOTP({ secret: new Secret({ size: 20 }) }).generate();
    expect((await withCode(foreign)).status).not.toBe(200);
  });
});
