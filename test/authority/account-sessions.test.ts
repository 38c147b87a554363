import { runCli } from '../support/cli.js';
import { basicOf, expectFailures, passwordOf, type Answer, type Client } from '../support/client.js';
import { Service } from '../support/service.js';
import {
  ask,
  askRefresh,
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  login,
  refresh,
  sessionOf,
  TOKEN,
  tokensOf,
  type Tokens,
} from '../support/sessions.js';

const SESSIONS = '/api/account/sessions';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0';
const UNKNOWN = '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d';
const NO_SUCH = {
  Status: 404,
  Message: 'You have no such session.',
  Value: null,
  Errors: null,
  WasSuccessful: false,
};

interface Place {
  readonly agent: string;
  readonly address: string;
}

let service: Service;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1', INTROSPECTION_DEVICE: 'on' });
});
afterAll(() => disposeWithoutLeaks(service));

const by = ({ access }: Tokens): Client => service.client(`Bearer ${access}`);
const passwordGrant = (name: string) => ({
  grant_type: 'password',
  username: `${name}@example.com`,
  password: passwordOf(name),
});

async function askFrom({ agent, address }: Place, form: Record<string, string>): Promise<Tokens> {
  const headers = { 'user-agent': agent, 'x-forwarded-for': address };
  return tokensOf(await service.client().form('POST', TOKEN, form, headers));
}

/** The sessions that the user of these tokens is shown at some clients. */
async function shown(tokens: Tokens, ...clients: string[]): Promise<Record<string, unknown>[]> {
  const { status, body } = await by(tokens).get(SESSIONS);
  expect(status).toBe(200);
  return (body as Record<string, unknown>[]).filter(({ ClientId }) => clients.includes(ClientId as string));
}

describe('the account', () => {
  it('shows who is signed in, without any role, at both paths', async () => {
    const tokens = await login(service, 'none', 'who');
    const account = await by(tokens).get('/api/account');
    expect([account.status, account.body]).toEqual([
      200,
      {
        Email: 'none@example.com',
        IsAdministrator: false,
        Roles: [],
        HasSecondFactor: false,
        RecoveryCodesLeft: 0,
        CreatedOn: expect.stringMatching(/Z$/) as string,
        SessionId: sessionOf(tokens),
        ClientId: 'who',
        SignedInOn: expect.stringMatching(/Z$/) as string,
        AuthenticationMethods: ['pwd'],
      },
    ]);
    expect((await by(tokens).get('/en/user/me')).body).toEqual(account.body);
    const { body } = await service.client(basicOf('read')).get('/api/account');
    expect(body).toMatchObject({ Email: 'read@example.com', Roles: ['RefreshToken-Read'], SessionId: null });
  });

  it.each(['/api/account', '/en/user/me', SESSIONS, '/api/account/signins'])(
    'is closed without credentials: %s',
    async (path) => {
      expect((await service.client().get(path)).status).toBe(401);
      expect((await service.client('Bearer nonsense').get(path)).status).toBe(401);
    },
  );

  it('shows the last sign-ins, and what was refused', async () => {
    const tokens = await login(service, 'create', 'remembered');
    await ask(service, { ...passwordGrant('create'), password: 'wrong' });
    const { body } = await by(tokens).get('/api/account/signins');
    expect((body as unknown[]).slice(0, 2)).toMatchObject([
      { WasSuccessful: false, Reason: 'wrong-password', ClientId: null, SessionId: null, Address: '127.0.0.1' },
      { WasSuccessful: true, Reason: 'pwd', ClientId: 'remembered', SessionId: sessionOf(tokens), Device: 'node' },
    ]);
    expect(JSON.stringify(body)).not.toContain('all@example.com');
  });
});

describe('a session', () => {
  const phone = { agent: IPHONE, address: '198.51.100.7' };
  const desk = { agent: FIREFOX, address: '203.0.113.9' };

  it('knows its device: in the account, the introspection, the trail and the command', async () => {
    const begun = await askFrom(phone, { ...passwordGrant('all'), client_id: 'device', device_name: 'Ada’s phone' });
    const moved = await askFrom(desk, { grant_type: 'refresh_token', refresh_token: begun.refresh });
    const device = { first_address: phone.address, last_address: desk.address, user_agent: FIREFOX };
    expect(await shown(moved, 'device')).toEqual([
      {
        UniqueId: sessionOf(moved),
        ClientId: 'device',
        Current: true,
        DeviceName: 'Ada’s phone',
        Device: 'Firefox 133 on Windows',
        UserAgent: FIREFOX,
        FirstAddress: phone.address,
        LastAddress: desk.address,
        SignedInOn: expect.stringMatching(/Z$/) as string,
        AuthenticationMethods: ['pwd'],
        LastUsedOn: expect.stringMatching(/Z$/) as string,
        ExpiresOn: expect.stringMatching(/Z$/) as string,
      },
    ]);
    for (const token of [moved.access, moved.refresh])
      expect((await introspect(service, token)).body.device).toEqual({
        name: 'Ada’s phone',
        description: 'Firefox 133 on Windows',
        last_used: expect.any(Number) as number,
        ...device,
      });
    const [event] = await events(service, { SessionId: sessionOf(moved), Kind: 'login' });
    expect(event).toMatchObject({ UserAgent: IPHONE, Device: 'Safari 17 on Apple iPhone' });
    await service.freeData();
    const { stdout } = await runCli(service.dataDir, ['sessions', 'list', '--subject', 'all@example.com', '--json']);
    await service.resume();
    const [listed] = (JSON.parse(stdout) as { client: string }[]).filter(({ client }) => client === 'device');
    expect(listed).toMatchObject({
      ...{ device: 'Firefox 133 on Windows', deviceName: 'Ada’s phone', how: 'pwd' },
      ...{ firstAddress: phone.address, address: desk.address },
    });
    // The next sign-in at this client is from another device, which has no name.
    const next = await askFrom(desk, { ...passwordGrant('all'), client_id: 'device' });
    expect(await shown(next, 'device')).toMatchObject([{ DeviceName: null, FirstAddress: desk.address }]);
  });

  it.each([
    ['a control character', 'phone\u0007'],
    ['a line feed', 'phone\nof Ada'],
    ['a character that turns the text around', 'phone\u202e'],
    ['only blanks', '   '],
    ['U+0000', 'a\0b'],
    ['too many characters', 'x'.repeat(101)],
  ])('is not begun with a name of its device that has %s', async (_what, device_name) => {
    const { status, body } = await ask(service, { ...passwordGrant('all'), client_id: 'named', device_name });
    expect([status, body.error]).toEqual([400, 'invalid_request']);
    const tokens = await login(service, 'all', 'named');
    const refreshed = { grant_type: 'refresh_token', refresh_token: tokens.refresh, device_name };
    expect((await ask(service, refreshed)).status).toBe(200);
  });

  it('is begun with a name of a hundred characters of any script', async () => {
    const device_name = '電'.repeat(99) + '😀';
    const tokens = tokensOf(await ask(service, { ...passwordGrant('all'), client_id: 'named', device_name }));
    expect(await shown(tokens, 'named')).toMatchObject([{ DeviceName: device_name }]);
  });
});

describe('the end of', () => {
  const end = (tokens: Tokens, id: string): Promise<Answer> => by(tokens).delete(`${SESSIONS}/${id}`);
  const ended = (count: number): object => ({
    ...{ Status: 200, Value: { Ended: count }, WasSuccessful: true, UpdatedOn: expect.stringMatching(/Z$/) as string },
    UpdatedBy: 'edit@example.com',
  });

  it('one session leaves the others, and is in the trail', async () => {
    const here = await login(service, 'edit', 'here');
    const lost = await login(service, 'edit', 'lost phone');
    const { status, body } = await end(here, sessionOf(lost).toUpperCase());
    expect([status, body]).toMatchObject([200, ended(1)]);
    expect(await isAlive(service, lost)).toBe(false);
    await expectRefused(service, lost.refresh);
    expect(await isAlive(service, here)).toBe(true);
    expect(await shown(here, 'here', 'lost phone')).toMatchObject([{ ClientId: 'here', Current: true }]);
    const about = { Kind: 'session-ended', Reason: 'ended-by-user', Actor: 'edit@example.com' };
    expect(await events(service, { SessionId: sessionOf(lost), Kind: 'session-ended' })).toMatchObject([about]);
  });

  it('a session of another user is refused as that of an unknown one, and changes nothing', async () => {
    const own = await login(service, 'edit', 'here');
    const foreign = await login(service, 'all', 'foreign');
    const answers = [];
    for (const id of [sessionOf(foreign), UNKNOWN, 'nonsense', '%00', "'", '1']) answers.push(await end(own, id));
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [404, NO_SUCH]));
    expect(await isAlive(service, foreign)).toBe(true);
    expect((await end(own, sessionOf(own))).status).toBe(200);
    expect((await end(own, sessionOf(own))).status).toBe(401);
  });

  it('all others keeps this one; and of all, none', async () => {
    const [here, ...others] = await Promise.all(
      ['one', 'two', 'three'].map((client) => login(service, 'edit', client)),
    );
    if (!here) throw new Error('There is no session.');
    const foreign = await login(service, 'all', 'foreign');
    const { body } = await by(here).delete(SESSIONS);
    expect(body).toMatchObject({ Value: { Ended: expect.any(Number) as number } });
    for (const other of others) expect(await isAlive(service, other)).toBe(false);
    expect(await by(here).get(SESSIONS)).toMatchObject({ body: [{ ClientId: 'one', Current: true }] });
    expect((await by(here).delete(`${SESSIONS}?all=false`)).body).toMatchObject(ended(0));
    expectFailures(await by(here).delete(`${SESSIONS}?all=yes`), ['all', 'must be true or false', 'yes']);
    expect((await by(here).delete(`${SESSIONS}?ALL=true`)).body).toMatchObject(ended(1));
    expect(await isAlive(service, here)).toBe(false);
    expect(await isAlive(service, foreign)).toBe(true);
  });

  it('all sessions with Basic credentials, which have no session, ends every one', async () => {
    const tokens = await login(service, 'delete', 'browser');
    expect((await service.client(basicOf('delete')).delete(SESSIONS)).body.Value).toEqual({ Ended: 1 });
    expect(await isAlive(service, tokens)).toBe(false);
  });

  it('all others beside refreshes leaves no other session alive', async () => {
    const here = await login(service, 'list', 'here');
    for (let round = 0; round < 5; round++) {
      const others = await Promise.all(['a', 'b', 'c'].map((client) => login(service, 'list', client)));
      const [, ...answers] = await Promise.all([
        by(here).delete(SESSIONS),
        ...others.map(({ refresh: token }) => askRefresh(service, token)),
      ]);
      for (const answer of answers) {
        if (answer.status === 200) await expectRefused(service, tokensOf(answer).refresh);
        else expect(answer.body.error).toBe('invalid_grant');
      }
      expect(await shown(here, 'a', 'b', 'c')).toEqual([]);
      expect((await refresh(service, await login(service, 'list', 'a'))).access).not.toBe('');
    }
  });
});
