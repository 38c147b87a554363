import { basicOf, expectFailures, idsOf, type Answer, type Client } from '../support/client.js';
import { Service } from '../support/service.js';
import { ask, disposeWithoutLeaks, events, isAlive, keepSecret, tokensOf } from '../support/sessions.js';
import { PASSWORD, runOn, USER_ORDERS, USERS, UsersOf } from '../support/users.js';

const MEMBERS = [
  ...['Email', 'FullName', 'Active', 'IsAdmin', 'Roles', 'MustResetPassword', 'HasSecondFactor', 'Id', 'UpdatedOn'],
  ...['CreatedOn', 'UniqueId', 'UpdatedBy', 'IsNew', 'SystemId', 'ToStringText', 'LocalizationDetails', 'CustomFields'],
];

let service: Service;
let users: UsersOf;
let admin: Client;

beforeAll(async () => {
  service = await Service.start();
  users = new UsersOf(service);
  admin = users.admin;
});
afterAll(() => disposeWithoutLeaks(service));

const codeOf = ({ body }: Answer): string => (body as { error: string }).error;

describe('a user that is created', () => {
  it('is a record with the members of the contract, and without any secret', async () => {
    const answer = await admin.post(USERS, {
      ...{ Email: 'Ada@Example.com', FullName: 'Ada Lovelace', Roles: ['RefreshToken-List', 'RefreshToken-List'] },
      ...{ Password: PASSWORD, SystemId: 'crm-1', Id: 0, IsNew: true, HasSecondFactor: true },
    });
    expect(answer.body).toMatchObject({ Status: 200, Message: 'User was successfully created.' });
    const record = await users.read((answer.body as { Value: { Id: number } }).Value.Id);
    expect(Object.keys(record)).toEqual(MEMBERS);
    expect(record).toMatchObject({
      ...{ Email: 'ada@example.com', FullName: 'Ada Lovelace', Active: true, IsAdmin: false, SystemId: 'crm-1' },
      ...{
        Roles: ['RefreshToken-List'],
        MustResetPassword: false,
        HasSecondFactor: false,
        ToStringText: 'ada@example.com',
      },
      ...{ UpdatedBy: 'admin@example.com', IsNew: true },
    });
    expect(record['UniqueId']).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/);
    expect(answer.text).not.toContain('Password');
    expect((await users.signIn('ada@example.com')).status).toBe(200);
  });

  it('without a password gets one that is shown once and must be changed', async () => {
    const { body } = await admin.post(USERS, { Email: 'made@example.com', MustResetPassword: false });
    const { Id, Password } = (body as { Value: { Id: number; Password: string } }).Value;
    keepSecret(Password);
    expect(Password.length).toBeGreaterThan(20);
    expect((await users.read(Id))['MustResetPassword']).toBe(true);
    expect(codeOf(await users.signIn('made@example.com', Password))).toBe('must_reset_password');
    await admin.put(USERS, { Id, Email: 'made@example.com', Password: PASSWORD, MustResetPassword: false });
    expect((await users.signIn('made@example.com')).status).toBe(200);
  });

  it('is refused with bad members, in the form of the contract', async () => {
    const post = (body: object): Promise<Answer> => admin.post(USERS, body);
    expectFailures(
      await post({ Email: 'nobody', Password: 'short', Roles: 'a,,b', Active: 'perhaps' }),
      ['Email', 'must be an e-mail address', 'nobody'],
      ['Active', 'must be true or false', 'perhaps'],
      ['Password', 'must have 8 to 512 characters', null],
    );
    expectFailures(
      await post({ Roles: 7 }),
      ['Email', 'is a required field', null],
      ['Roles', 'must be a list of texts', 7],
    );
    const taken = 'is the same as that of another User';
    expectFailures(await post({ Email: 'ADMIN@example.com' }), ['Email', taken, 'admin@example.com']);
    expectFailures(await post({ Email: 'x@example.com', Roles: ['Nothing-Read'] }), [
      ...(['Roles', 'there is no role Nothing-Read', ['Nothing-Read']] as const),
    ]);
    for (const Email of ['a\u202eb@example.com', 'a b@example.com', `${'a'.repeat(300)}@example.com`])
      expect((await post({ Email })).status).toBe(400);
  });

  it('may come as a form', async () => {
    const fields = { Email: 'form@example.com', Password: PASSWORD, Roles: 'RefreshToken-Read, RefreshToken-List' };
    expect((await admin.form('POST', USERS, fields)).status).toBe(200);
    expect((await users.find('form@example.com'))['Roles']).toEqual(['RefreshToken-List', 'RefreshToken-Read']);
  });
});

describe('a search for users', () => {
  it('finds by every filter, and orders by every order', async () => {
    const { Id } = await users.make({ FullName: 'Zoe', Active: false, MustResetPassword: true, SystemId: 'crm-zoe' });
    const { Email, UniqueId } = await users.read(Id);
    const filters = [
      'FullName=Zoe',
      'SystemId=crm-zoe',
      `UniqueId=${String(UniqueId)}`,
      `Email=${Email.toUpperCase()}`,
    ];
    for (const filter of filters) expect(idsOf(await admin.get(`${USERS}?User_${filter}`))).toEqual([Id]);
    for (const filter of ['Active=false', 'MustResetPassword=true', 'HasSecondFactor=false', 'IsAdmin=false'])
      expect(idsOf(await admin.get(`${USERS}?User_${filter}&size=1000`))).toContain(Id);
    expect(idsOf(await admin.get(`${USERS}?User_IsAdmin=true`))).toEqual([(await users.find('admin@example.com')).Id]);
    for (const order of USER_ORDERS)
      expect((await admin.get(`${USERS}?orderBy=${order}&dir=1&size=1`)).status).toBe(200);
    expect((await admin.get(`${USERS}?id=[${Id}]`)).body).toMatchObject([{ Id, FullName: 'Zoe' }]);
  });

  it('needs no role if it is for oneself', async () => {
    const none = service.client(basicOf('none'));
    const self = await none.get(`${USERS}?User_Email=None@example.com`);
    expect(self.body).toMatchObject({ TotalItems: 1, Records: [{ Email: 'none@example.com', Roles: [] }] });
    for (const query of [
      '',
      '?User_Email=admin@example.com',
      '?User_Email=none@example.com&user_email=admin@example.com',
    ])
      expect((await none.get(USERS + query)).status).toBe(403);
    for (const query of [
      '?User_Email=none*',
      '?Email=none@example.com',
      '?User_Email=notnull',
      '?id=[1]&User_Email=none@example.com',
    ])
      expect((await none.get(USERS + query)).status).toBe(403);
    expect((await none.get(`${USERS}?User_Email=none@example.com&User_Email[a]=x`)).status).toBe(400);
    expect((await none.get(`${USERS}/${(await users.find('none@example.com')).Id}`)).status).toBe(403);
    expect((await service.client().get(`${USERS}?User_Email=none@example.com`)).status).toBe(401);
  });
});

describe('an update of a user', () => {
  it('changes what is sent; flags and roles that are absent stay', async () => {
    const { Id, Email } = await users.make({ Roles: ['RefreshToken-List'], FullName: 'Before' });
    const tokens = tokensOf(await users.signIn(Email));
    const list = (): Promise<Answer> => service.client(`Bearer ${tokens.access}`).get('/api/sys/refreshtokens?size=1');
    expect((await list()).status).toBe(200);
    expect((await admin.put(`${USERS}/${Id}`, { Email, FullName: 'After' })).body).toMatchObject({ Value: { Id } });
    expect(await users.read(Id)).toMatchObject({ FullName: 'After', Active: true, Roles: ['RefreshToken-List'] });
    expect((await admin.put(USERS, { Id, Email, Roles: [] })).status).toBe(200);
    expect(await users.read(Id)).toMatchObject({ FullName: null, Roles: [] });
    expect((await list()).status).toBe(403);
    const [change] = (await events(service, { Subject: Email, Kind: 'user-changed' })).slice(-1);
    expect(change).toMatchObject({ Reason: 'withdrew RefreshToken-List', EntityShortName: 'User', EntityId: Id });
    expect(change?.['Changes']).toEqual([
      { PropertyName: 'FullName', OldValue: 'After', NewValue: null },
      { PropertyName: 'Roles', OldValue: 'RefreshToken-List', NewValue: '' },
    ]);
  });

  it('needs the same e-mail, and the entity tag if one is given', async () => {
    const { Id, Email } = await users.make();
    expectFailures(await admin.put(USERS, { Id, Email: 'other@example.com' }), [
      ...(['Email', `must be ${Email}: it never changes`, 'other@example.com'] as const),
    ]);
    const { headers } = await admin.get(`${USERS}/${Id}`);
    const put = (FullName: string): Promise<Answer> =>
      admin.send('PUT', USERS, {
        headers: { 'content-type': 'application/json', 'if-match': headers.get('etag') ?? '' },
        body: JSON.stringify({ Id, Email, FullName }),
      });
    expect([(await put('first')).status, (await put('second')).status]).toEqual([200, 412]);
    expect((await admin.put(USERS, { Id: 999_999, Email })).status).toBe(404);
  });

  it.each([
    ['disables the user', { Active: false }, 'invalid_grant'],
    ['sets a password', { Password: 'another passphrase' }, 'invalid_grant'],
    ['demands another password', { MustResetPassword: true }, 'must_reset_password'],
  ])('ends the sessions if it %s', async (_what, change, refusal) => {
    const { Id, Email } = await users.make({ Roles: ['RefreshToken-List'] });
    const tokens = tokensOf(await users.signIn(Email));
    expect((await admin.put(USERS, { Id, Email, ...change })).status).toBe(200);
    expect(await isAlive(service, tokens)).toBe(false);
    expect(codeOf(await ask(service, { grant_type: 'refresh_token', refresh_token: tokens.refresh }))).toBe(
      'invalid_grant',
    );
    expect(codeOf(await users.signIn(Email))).toBe(refusal);
  });

  it('that deletes ends the sessions, and another user of the same name is another user', async () => {
    const { Id, Email } = await users.make({ Roles: ['RefreshToken-List'] });
    const tokens = tokensOf(await users.signIn(Email));
    expect((await admin.delete(`${USERS}/${Id}`)).body).toMatchObject({ Message: 'User was successfully deleted.' });
    expect([(await admin.get(`${USERS}/${Id}`)).status, await isAlive(service, tokens)]).toEqual([404, false]);
    expect((await users.make({ Email, Roles: ['RefreshToken-List'] })).Id).not.toBe(Id);
    expect(await isAlive(service, tokens)).toBe(false);
    expect(codeOf(await ask(service, { grant_type: 'refresh_token', refresh_token: tokens.refresh }))).toBe(
      'invalid_grant',
    );
    const kinds = (await events(service, { Subject: Email })).map(({ Kind, Reason }) => `${Kind} ${Reason ?? ''}`);
    expect(kinds).toEqual(expect.arrayContaining(['user-deleted ', 'session-ended user-deleted']));
  });
});

describe('the commands', () => {
  it('act on several users, or on none', async () => {
    const [one, other] = [await users.make(), await users.make()];
    const keys = ((await admin.get(`${USERS}/commands`)).body as { Key: string }[]).map(({ Key }) => Key);
    expect(keys).toEqual(['USER_ENABLE', 'USER_DISABLE', 'USER_REQUIRE_PASSWORD_CHANGE', 'USER_REMOVE_SECOND_FACTOR']);
    const tokens = tokensOf(await users.signIn(one.Email));
    expect((await runOn(admin, 'USER_DISABLE', one.Id, 999_999)).status).toBe(400);
    expect((await users.read(one.Id))['Active']).toBe(true);
    expect((await runOn(admin, 'USER_DISABLE', one.Id, other.Id)).status).toBe(200);
    expect([(await users.read(one.Id))['Active'], (await users.read(other.Id))['Active']]).toEqual([false, false]);
    expect(await isAlive(service, tokens)).toBe(false);
    await runOn(admin, 'USER_ENABLE', one.Id, other.Id);
    await runOn(admin, 'USER_REQUIRE_PASSWORD_CHANGE', other.Id);
    expect([(await users.signIn(one.Email)).status, codeOf(await users.signIn(other.Email))]).toEqual([
      200,
      'must_reset_password',
    ]);
  });
});
