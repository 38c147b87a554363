import { AccountRequests } from '../support/account.js';
import { runCli } from '../support/cli.js';
import { basic, expectFailures, passwordOf, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, isAlive, keepSecret, login, refresh } from '../support/sessions.js';

const EXPIRED = '/api/account/expiredpassword';
const NEXT = 'another long passphrase';
const COMMON = 'must not be one of the commonest passwords';

let service: Service;
let account: AccountRequests;
beforeAll(async () => {
  service = await Service.start({ LOG_LEVEL: 'trace' });
  account = new AccountRequests(service);
  keepSecret(NEXT);
});
afterAll(() => disposeWithoutLeaks(service));

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
    const answer = await account.changePassword(tokens, body);
    const shown = (name: string): unknown => (name === 'EndOtherSessions' ? 'maybe' : null);
    expectFailures(
      answer,
      ...failures.map(([name = '', message = '']) => [name, message, shown(name)] as [string, string, unknown]),
    );
    expect(await isAlive(service, tokens)).toBe(true);
    expect((await account.signIn('all')).status).toBe(200);
  });

  it('is refused with the same password, and with a stale one', async () => {
    const tokens = await login(service, 'read', 'stale');
    const same = { CurrentPassword: passwordOf('read'), NewPassword: passwordOf('read') };
    expectFailures(await account.changePassword(tokens, same), [
      'NewPassword',
      'must differ from the present one',
      null,
    ]);
    const there = await login(service, 'read', 'there');
    expect((await account.changePassword(tokens, { ...same, NewPassword: NEXT, EndOtherSessions: false })).status).toBe(
      200,
    );
    expect(await isAlive(service, there)).toBe(true);
    expectFailures(await account.changePassword(there, { ...same, NewPassword: 'a third passphrase' }), [
      'CurrentPassword',
      'is wrong',
      null,
    ]);
    expect(await account.reasonsOf('read', 'password-change-refused')).toEqual(['wrong-password']);
    expect((await account.signIn('read')).body.error).toBe('invalid_grant');
    expect((await service.client(basic('read@example.com', NEXT)).get('/api/account')).status).toBe(200);
  });

  it('ends all other sessions in the same transaction, and keeps this one', async () => {
    const [here, there] = [await login(service, 'create', 'here'), await login(service, 'create', 'there')];
    const { status, body } = await account.changePassword(here, {
      CurrentPassword: passwordOf('create'),
      NewPassword: NEXT,
    });
    expect([status, body.Message, body.Value]).toEqual([200, 'The password was changed.', null]);
    expect([await isAlive(service, here), await isAlive(service, there)]).toEqual([true, false]);
    expect((await refresh(service, here)).access).not.toBe('');
    const changes = await events(service, { Subject: 'create@example.com', Kind: 'user-changed' });
    expect(changes.at(-1)).toMatchObject({ Reason: 'password-changed', Actor: 'create@example.com' });
    expect(await account.reasonsOf('create', 'session-ended')).toEqual(['password-changed']);
    expect((await account.signIn('create', { password: NEXT })).status).toBe(200);
  });

  it('happens once if two requests change the same password', async () => {
    const sessions = [await login(service, 'delete', 'a'), await login(service, 'delete', 'b')];
    const answers = await Promise.all(
      sessions.map((tokens, n) =>
        account.changePassword(tokens, {
          CurrentPassword: passwordOf('delete'),
          NewPassword: `${NEXT} ${n}`,
          EndOtherSessions: false,
        }),
      ),
    );
    const won = answers.findIndex(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect((await account.signIn('delete', { password: `${NEXT} ${won}` })).status).toBe(200);
    expect((await account.signIn('delete', { password: `${NEXT} ${1 - won}` })).status).toBe(400);
  });

  it('limits wrong present passwords, as a sign-in does', async () => {
    const tokens = await login(service, 'none', 'guessing');
    const statuses = [];
    for (let n = 0; n < 8; n++)
      statuses.push(
        (await account.changePassword(tokens, { CurrentPassword: `guess ${n}`, NewPassword: NEXT })).status,
      );
    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
    expect(statuses).toContain(429);
  });
});

describe('a password that must be changed', () => {
  it('is changed with the ticket of the refused sign-in, once', async () => {
    await service.freeData();
    await runCli(service.dataDir, ['users', 'change', 'list@example.com', '--must-reset-password']);
    await service.resume();
    const { status, body } = await account.signIn('list');
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
    expect((await account.signIn('list', { password })).status).toBe(200);
    expect(await account.reasonsOf('list', 'user-changed')).toEqual(['must-reset-password', 'password-changed']);
  });

  it('gives no ticket to a wrong password', async () => {
    expect((await account.signIn('all', { password: 'wrong' })).body).not.toHaveProperty('password_ticket');
  });
});
