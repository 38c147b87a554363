import { basicOf, bearerOf, create, RESOURCE, validRecord, type Answer, type Client } from '../support/client.js';
import { USERS } from '../support/fixtures.mjs';
import { Service } from '../support/service.js';

/** Each operation of contract 1 on a record, and the user who has only the role of that operation. */
const OPERATIONS: readonly (readonly [
  name: string,
  by: string,
  send: (client: Client, id: number) => Promise<Answer>,
])[] = [
  ['create', 'create', (client) => client.post(RESOURCE, validRecord())],
  ['get', 'read', (client, id) => client.get(`${RESOURCE}/${id}`)],
  ['search', 'list', (client) => client.get(`${RESOURCE}?RefreshToken_Subject=a*`)],
  ['batch', 'read', (client, id) => client.get(`${RESOURCE}/?id=[${id}]`)],
  ['update', 'edit', (client, id) => client.put(RESOURCE, validRecord({ Id: id, Subject: 'changed' }))],
  ['delete', 'delete', (client, id) => client.delete(`${RESOURCE}/${id}`)],
  ['create with nothing', 'create', (client) => client.post(RESOURCE, {})],
  ['get with a bad id', 'read', (client) => client.get(`${RESOURCE}/x`)],
  ['search with a bad page', 'list', (client) => client.get(`${RESOURCE}?page=x`)],
  ['batch with a bad id', 'read', (client) => client.get(`${RESOURCE}?id=[x]`)],
  ['update with nothing', 'edit', (client) => client.put(RESOURCE, {})],
  ['delete of a missing record', 'delete', (client) => client.delete(`${RESOURCE}/999999999`)],
];
const GOOD = OPERATIONS.slice(0, 6).map(([name]) => name);
const ROLE: Readonly<Record<string, string>> = {
  ...{ create: 'Create', read: 'Read', list: 'List', edit: 'Edit', delete: 'Delete' },
};
const MEMBERS = [
  ...[
    'Subject',
    'ClientId',
    'ExpiresOn',
    'ProtectedTicket',
    'TicketHash',
    'TicketSalt',
    'Id',
    'UpdatedOn',
    'CreatedOn',
  ],
  ...['UniqueId', 'UpdatedBy', 'IsNew', 'SystemId', 'ToStringText', 'LocalizationDetails', 'CustomFields'],
];
const NAMES = USERS.map(({ email }) => email.replace('@example.com', ''));
const MATRIX = NAMES.flatMap((user) => (['Basic', 'Bearer'] as const).map((scheme) => [user, scheme] as const));

describe('roles', () => {
  let service: Service;
  let admin: Client;
  const all = async () => (await admin.get(`${RESOURCE}?size=1000`)).text;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  it.each(MATRIX)('let %s, by %s, do what they hold the role for and nothing else', async (user, scheme) => {
    const client = service.client(scheme === 'Basic' ? basicOf(user) : await bearerOf(service.client(), user));
    for (const [name, by, send] of OPERATIONS) {
      const id = await create(admin);
      if ([by, 'all', 'admin'].includes(user)) {
        const { status } = await send(client, id);
        const expected = GOOD.includes(name) ? 200 : name.startsWith('delete') ? 404 : 400;
        expect([name, status]).toEqual([name, expected]);
        continue;
      }
      const before = await all();
      const { status, headers, body } = await send(client, id);
      expect([name, status]).toEqual([name, 403]);
      expect(headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
      const Message = `This needs the role RefreshToken-${ROLE[by]}.`;
      expect(Object.entries(body)).toEqual([
        ['Status', 403],
        ['Message', Message],
        ['Value', null],
        ['Errors', null],
        ['WasSuccessful', false],
      ]);
      expect(await all()).toBe(before);
    }
  });

  it('let only readers see the issued tickets in a search', async () => {
    const written = await create(admin, { Subject: 'create@example.com' });
    await bearerOf(service.client(), 'create');
    const ticketsFor = async (user: string): Promise<unknown[]> => {
      const { body } = await service.client(basicOf(user)).get(`${RESOURCE}?RefreshToken_Subject=create@example.com`);
      const records = body.Records as Record<string, unknown>[];
      expect(records.map((record) => Object.keys(record))).toEqual([MEMBERS, MEMBERS]);
      const isWritten = ({ Id }: Record<string, unknown>): boolean => Id === written;
      const sorted = [...records.filter(isWritten), ...records.filter((record) => !isWritten(record))];
      return sorted.map(({ ProtectedTicket, TicketHash, TicketSalt }) => [ProtectedTicket, TicketHash, TicketSalt]);
    };
    const of = validRecord();
    const own = [of['ProtectedTicket'], of['TicketHash'], of['TicketSalt']];
    expect(await ticketsFor('list')).toEqual([own, [null, null, null]]);
    const any: unknown[] = Array<unknown>(3).fill(expect.any(String));
    for (const user of ['all', 'admin']) expect(await ticketsFor(user)).toEqual([own, any]);
  });

  it('let a lister find an issued record by the exact value of a ticket member', async () => {
    await bearerOf(service.client(), 'edit');
    const { body } = await admin.get(`${RESOURCE}?RefreshToken_Subject=edit@example.com`);
    const { Id, TicketHash } = body.Records[0] as { Id: number; TicketHash: string };
    const lister = service.client(basicOf('list'));
    const find = (hash: string) => lister.get(`${RESOURCE}?RefreshToken_TicketHash=${encodeURIComponent(hash)}`);
    expect((await find(TicketHash)).body.Records).toMatchObject([{ Id, TicketHash: null }]);
    expect((await find(`${TicketHash.slice(0, -4)}*`)).body.Records).toEqual([]);
  });

  it.each(OPERATIONS)('refuse %s without credentials', async (_name, _by, send) => {
    const id = await create(admin);
    const before = await all();
    expect((await send(service.client(), id)).status).toBe(401);
    expect(await all()).toBe(before);
  });
});
