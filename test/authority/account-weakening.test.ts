import { URI, type TOTP } from 'otpauth';
import { AccountRequests } from '../support/account.js';
import { expectFailures, passwordOf, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, tokensOf, totpStepWith, type Tokens } from '../support/sessions.js';

const PASSWORD = '/api/account/password';
const TOTP_PATH = '/api/account/totp';
const CODES = '/api/account/recoverycodes';
const BAD_TICKET: [string, string, null] = ['Ticket', 'is not valid, or no longer: begin again', null];

let service: Service;
let account: AccountRequests;
beforeAll(async () => {
  service = await Service.start();
  account = new AccountRequests(service);
});
afterAll(() => disposeWithoutLeaks(service));

interface Begun {
  readonly Ticket: string;
  readonly totp: TOTP;
}

async function begin(tokens: Tokens): Promise<Begun> {
  const { Secret, Uri, Ticket } = (await account.by(tokens).post(TOTP_PATH, {})).body.Value as Record<string, string>;
  if (!Secret || !Uri || !Ticket) throw new Error('The answer has no secret.');
  keepSecret(Secret, Ticket);
  return { Ticket, totp: URI.parse(Uri) as TOTP };
}

async function confirm(tokens: Tokens, { Ticket, totp }: Begun): Promise<Answer> {
  await totpStepWith(15);
  const answer = await account.by(tokens).put(TOTP_PATH, { Ticket, Totp: totp.generate() });
  if (answer.status === 200) keepSecret(...(answer.body.Value.RecoveryCodes as string[]));
  return answer;
}

describe('a session whose sign-in had no code', () => {
  it('cannot remove, replace or renew a second factor that was set up since, nor change the password', async () => {
    const thief = await login(service, 'edit', 'phone');
    const early = await begin(thief);
    const owner = await login(service, 'edit', 'web');
    const own = await begin(owner);
    expect((await confirm(owner, own)).status).toBe(200);
    const change = { CurrentPassword: passwordOf('edit'), NewPassword: 'a password of the thief' };
    keepSecret(change.NewPassword);
    for (const answer of [
      await account.by(thief).delete(TOTP_PATH),
      await account.by(thief).post(CODES, {}),
      await account.by(thief).put(PASSWORD, change),
    ]) {
      expect([answer.status, answer.body.Message]).toEqual([
        401,
        'Sign in again with a code: you have a second factor, and this sign-in had no code.',
      ]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer error="insufficient_user_authentication"/);
    }
    expect((await confirm(thief, await begin(thief))).status).toBe(401);
    expect((await confirm(thief, early)).status).toBe(401);
    const next = own.totp.generate({ timestamp: Date.now() + 30_000 });
    const withCode = tokensOf(await account.signIn('edit', { totp: next, client_id: 'tablet' }));
    expect((await account.by(withCode).delete(TOTP_PATH)).status).toBe(200);
    expect((await account.signIn('edit')).status).toBe(200);
  });
});

describe('a ticket to set up a second factor', () => {
  it('is good once, also if it is sent twice concurrently, and not after the second factor was removed', async () => {
    const tokens = await login(service, 'create', 'phone');
    const begun = await begin(tokens);
    await totpStepWith(15);
    const body = { Ticket: begun.Ticket, Totp: begun.totp.generate() };
    const answers = await Promise.all([1, 2, 3].map(() => account.by(tokens).put(TOTP_PATH, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const next = begun.totp.generate({ timestamp: Date.now() + 30_000 });
    const withCode = tokensOf(await account.signIn('create', { totp: next, client_id: 'web' }));
    expectFailures(await account.by(withCode).put(TOTP_PATH, body), BAD_TICKET);
    expect((await account.by(withCode).delete(TOTP_PATH)).status).toBe(200);
    expectFailures(await account.by(withCode).put(TOTP_PATH, body), BAD_TICKET);
    const again = await account.by(withCode).delete(TOTP_PATH);
    expect([again.status, again.body.Message]).toEqual([400, 'There is no second factor: set one up first.']);
    expect(await account.reasonsOf('create', 'user-changed')).toEqual(['totp-enabled', 'totp-disabled']);
  });
});

it.each([
  ['anoth\0er password', 'must not contain the character U+0000'],
  ['anoth\ud800er password', 'must be well-formed Unicode, without lone surrogates'],
])('a new password is text that can be sent again: %j', async (NewPassword, message) => {
  const tokens = await login(service, 'all', 'phone');
  const answer = await account.changePassword(tokens, { CurrentPassword: passwordOf('all'), NewPassword });
  expectFailures(answer, ['NewPassword', message, null]);
});

it.each(['?all=true&All=false', '?All=true&all=true', '?all=true&all=false'])(
  'an end of the own sessions that says twice which ones ends none: %s',
  async (query) => {
    const [own, other] = [await login(service, 'all', 'phone'), await login(service, 'all', 'web')];
    expect((await account.by(own).delete(`/api/account/sessions${query}`)).status).toBe(400);
    expect((await account.by(other).get('/api/account')).status).toBe(200);
  },
);
