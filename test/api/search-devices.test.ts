import { basicOf, create, idsOf, passwordOf, RESOURCE, type Answer } from '../support/client.js';
import { Service } from '../support/service.js';
import { TOKEN, tokensOf } from '../support/sessions.js';

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1';
const LAPTOP = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
  await ask('192.0.2.7', LAPTOP, { ...signInOf('all'), device_name: 'Kim’s 100% laptop' }, 'web');
  const { refresh } = tokensOf(await ask('192.0.2.70', PHONE, signInOf('all'), 'mobile'));
  await ask('2001:DB8::7', PHONE, { grant_type: 'refresh_token', refresh_token: refresh }, 'mobile');
  await ask('198.51.100.1', 'curl/8.5.0', signInOf('edit'), 'script');
  // A record that a client wrote has no device.
  await create(service.client(basicOf('admin')), { Subject: 'ann', ClientId: 'import' });
});
afterAll(() => service.dispose());

const signInOf = (name: string) => ({
  ...{ grant_type: 'password', username: `${name}@example.com`, password: passwordOf(name) },
});
const search = (query: string, name = 'admin'): Promise<Answer> =>
  service.client(basicOf(name)).get(`${RESOURCE}?${query}`);

async function ask(from: string, agent: string, form: Record<string, string>, client: string): Promise<Answer> {
  const headers = { client_id: client, 'x-forwarded-for': from, 'user-agent': agent };
  const answer = await service.client().form('POST', TOKEN, form, headers);
  expect(answer.status).toBe(200);
  return answer;
}

describe('a search', () => {
  it.each([
    // The address of the sign-in, or of the last redemption.
    ['RefreshToken_Address=192.0.2.7', ['web']],
    ['RefreshToken_Address=192.0.2.70', ['mobile']],
    ['RefreshToken_Address=2001:db8::7', ['mobile']],
    ['refreshtoken_address=192.0.2.*', ['web', 'mobile']],
    ['RefreshToken_Address=192.0.2.*&RefreshToken_ClientId=mobile', ['mobile']],
    ['RefreshToken_Address=192.0.2.*&RefreshToken_Subject=edit@example.com', []],
    ['RefreshToken_Address=192.0.2.*&dir=1', ['mobile', 'web']],
    ['RefreshToken_Address=192.0.2.*&orderBy=ClientId', ['mobile', 'web']],
    ['RefreshToken_Address=192.0.2.*&orderBy=IsNew&dir=1', ['mobile', 'web']],
    ['RefreshToken_Address=null', ['import']],
    ['RefreshToken_Address=notnull', ['web', 'mobile', 'script']],
    // The name or the user agent of the device.
    ['RefreshToken_Device=IPHONE', ['mobile']],
    ['RefreshToken_Device=iPhone*', ['mobile']],
    ['RefreshToken_Device=Kim’s', ['web']],
    ['RefreshToken_Device=100%25 laptop', ['web']],
    ['RefreshToken_Device=100_ laptop', []],
    ['RefreshToken_Device=*', ['web', 'mobile', 'script']],
    ['RefreshToken_Device=null', ['import']],
    ['RefreshToken_Device=mozilla&RefreshToken_Address=192.0.2.7', ['web']],
  ])('by %s finds the sessions at %j', async (query, clients) => {
    const answer = await search(query);
    expect([answer.status, idsOf(answer).length]).toEqual([200, clients.length]);
    const { Records: records, TotalItems: total } = answer.body as {
      Records: { ClientId: string }[];
      TotalItems: number;
    };
    expect([records.map(({ ClientId }) => ClientId), total]).toEqual([clients, clients.length]);
  });

  it('by a device has pages, whose numbers are exact', async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => search(`RefreshToken_Device=*&size=2&page=${page}`)));
    expect(pages.map(({ body }) => [body.Records.length, body.TotalItems, body.HasNextPage])).toEqual([
      [2, 3, true],
      [1, 3, false],
      [0, 3, false],
    ]);
    expect(Object.keys(pages[0]?.body.Records[0] as object)).toHaveLength(16);
  });

  it('by an address or device needs the role to read them in the audit trail', async () => {
    for (const filter of ['Address=192.0.2.*', 'Device=iPhone', 'Address=null']) {
      const { status, body } = await search(`RefreshToken_${filter}`, 'list');
      expect([status, body.Message]).toEqual([403, expect.stringContaining('needs the role AuditTrailEntry-List.')]);
    }
    expect((await search('RefreshToken_ClientId=web', 'list')).status).toBe(200);
  });
});
