import { basicOf, create, idsOf, RESOURCE, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const NOT_AN_ID = 'Each id of the list must be a positive integer below 2^53.';
const NOT_A_LIST = 'id must be a list of ids, such as [1,2,3].';

describe('a batch', () => {
  let service: Service;
  let admin: Client;
  /** Records with the ids 1 to 4. Record 3 is deleted again. */
  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    const ids = [];
    for (const Subject of ['one', 'two', 'three', 'four']) ids.push(await create(admin, { Subject }));
    expect(ids).toEqual([1, 2, 3, 4]);
    await admin.delete(`${RESOURCE}/3`);
  });
  afterAll(() => service.dispose());

  it.each([
    ['/?id=[1,2,4]', [1, 2, 4]],
    ['?id=[1,2,4]', [1, 2, 4]],
    ['/?id=%5B1,2%5D', [1, 2]],
    ['?id=%5b1%2C2%5d', [1, 2]],
    ['?id=[4,1,2]', [4, 1, 2]],
    ['?id=[2]', [2]],
    ['?id=[1,3,999,4]', [1, 4]],
    ['?id=[3]', []],
    ['?id=[2,1,2,2,1]', [2, 1]],
    ['?id=[]', []],
    ['?id=[%20]', []],
    ['?id=[%201%20,+2]', [1, 2]],
    ['?id=[1,2]%20', [1, 2]],
    ['?ID=[1]', [1]],
    ['?Id=[1]', [1]],
    ['?page=x&size=0&unknown[]=1&id=[1]&RefreshToken_Subject=two', [1]],
    ['?id=[9007199254740991,1]', [1]],
  ] as const)('answers %s with the bare records that exist, in the requested order', async (query, ids) => {
    expect(idsOf(await admin.get(RESOURCE + query))).toEqual(ids);
  });

  it('may be long: as many ids as fit into a request', async () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => index + 4);
    expect((await admin.get(`${RESOURCE}?id=[${ids.join(',')}]`)).body).toMatchObject([{ Id: 4 }]);
    const tooLong = await admin.get(`${RESOURCE}?id=[${'9'.repeat(10_000)}]`);
    expect([tooLong.status, tooLong.body.Message]).toEqual([400, NOT_AN_ID]);
  });

  it('returns whole records', async () => {
    const { body } = await admin.get(`${RESOURCE}?id=[2,1]`);
    const single = await Promise.all([2, 1].map(async (id) => (await admin.get(`${RESOURCE}/${id}`)).text));
    expect((body as unknown[]).map((record) => JSON.stringify(record))).toEqual(single);
  });

  it.each([
    ['[0]', NOT_AN_ID],
    ['[-1]', NOT_AN_ID],
    ['[1.5]', NOT_AN_ID],
    ['[1e3]', NOT_AN_ID],
    ['[0x10]', NOT_AN_ID],
    ['[01]', NOT_AN_ID],
    ['[9007199254740992]', NOT_AN_ID],
    ['[9223372036854775808]', NOT_AN_ID],
    ['[one]', NOT_AN_ID],
    ['[1,,2]', NOT_AN_ID],
    ['[1,]', NOT_AN_ID],
    ['[,]', NOT_AN_ID],
    ['[1;2]', NOT_AN_ID],
    ['[[1]]', NOT_AN_ID],
    ['["1"]', NOT_AN_ID],
    ['[null]', NOT_AN_ID],
    ['[1)%20OR%201=1--]', NOT_AN_ID],
    ["[1,2');DROP%20TABLE%20refresh_tokens;--]", NOT_AN_ID],
    ['[%001]', NOT_AN_ID],
    ['[1', NOT_A_LIST],
    ['[1]x', NOT_A_LIST],
    ['[1,2', NOT_A_LIST],
    ['[1]&id=[2]', 'id must be given once.'],
    ['[1]&ID=2', 'id must be given once.'],
    ['[1%', 'The query is malformed: its percent-encoding is incomplete or not UTF-8.'],
    ['[1]&x=%zz', 'The query is malformed: its percent-encoding is incomplete or not UTF-8.'],
  ])('refuses id=%s', async (list, message) => {
    const { status, body } = await admin.get(`${RESOURCE}?id=${list}`);
    expect(body).toEqual({ Status: 400, Message: message, Value: null, Errors: null, WasSuccessful: false });
    expect(status).toBe(400);
  });

  it.each([
    ['read', 200, 403],
    ['list', 403, 200],
    ['all', 200, 200],
    ['none', 403, 403],
  ])('needs the role Read, and a search the role List: user %s', async (user, batch, search) => {
    const client = service.client(basicOf(user));
    const asked = ['?id=[1]', '/?ID=%5B1%5D', '?page=1&id=[1]'].map((query) => client.get(RESOURCE + query));
    for (const { status } of await Promise.all(asked)) expect(status).toBe(batch);
    for (const query of ['', '?id=1', '?%69d=1', '?x=[1]', '?xid=[1]'])
      expect((await client.get(RESOURCE + query)).status).toBe(search);
  });

  it('cannot avoid its role by another spelling of its parameter', async () => {
    const lister = service.client(basicOf('list'));
    const reader = service.client(basicOf('read'));
    expect((await lister.get(`${RESOURCE}?%69d=[1]`)).status).toBe(400);
    expect((await lister.get(`${RESOURCE}?id=%20[1]`)).status).toBe(400);
    expect((await reader.get(`${RESOURCE}?page=1?id=[1]`)).status).toBe(400);
  });
});
