import { basicOf, create, idsOf, RESOURCE, type Client } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';

/** The records 1 to 7. */
const RECORDS = [
  { Subject: 'ann', ExpiresOn: '2030-01-01T00:00:00Z', SystemId: 'crm-2' },
  { Subject: 'ann', ExpiresOn: '2030-01-01T00:00:59Z', SystemId: 'null-ish' },
  { Subject: 'anna', ExpiresOn: '2030-01-01T00:01:00Z', SystemId: 'CRM-1' },
  { Subject: 'Bob', ExpiresOn: '2030-01-01T23:59:59Z' },
  { Subject: 'c', ExpiresOn: '2030-06-01T00:00:00Z' },
  { Subject: 'd', ExpiresOn: '2031-01-01T00:00:00Z', SystemId: null },
  { Subject: 'e', ExpiresOn: '2029-12-31T23:59:59Z' },
];
const ALL = [1, 2, 3, 4, 5, 6, 7];
const REWRITE = `UPDATE refresh_tokens SET created_on = '2020-01-01T00:00:00Z'::timestamptz + id * interval '6 hours'`;

const EXPIRES = 'RefreshToken_ExpiresOn';
const CREATED = 'RefreshToken_CreatedOn';

describe('a search in the syntax of Nexudus clients', () => {
  let service: Service;
  let admin: Client;
  const search = (query: string) => admin.get(`${RESOURCE}?${query}`);

  beforeAll(async () => {
    service = await Service.start({ TZ: 'America/New_York' });
    admin = service.client(basicOf('admin'));
    for (const record of RECORDS) await create(admin, record);
    await service.freeData();
    await runSql(service.dataDir, REWRITE);
    await service.resume();
  });
  afterAll(() => service.dispose());

  it.each([
    // A date without a time is midnight UTC. In a `to_` filter the date includes its whole day.
    [`from_${EXPIRES}=2030-01-01`, [1, 2, 3, 4, 5, 6]],
    [`from_${EXPIRES}=2030-01-02`, [5, 6]],
    [`to_${EXPIRES}=2029-12-30`, []],
    [`to_${EXPIRES}=2029-12-31`, [7]],
    [`to_${EXPIRES}=2030-01-01`, [1, 2, 3, 4, 7]],
    [`from_${EXPIRES}=2030-06-01&to_${EXPIRES}=2030-06-01`, [5]],
    [`${EXPIRES}=2030-06-01`, [5]],
    [`${EXPIRES}=2029-12-31`, []],
    [`from_${CREATED}=2020-01-02&to_${CREATED}=2020-01-02`, [4, 5, 6, 7]],
    [`to_${CREATED}=2020-01-01`, [1, 2, 3]],
    [`to_${EXPIRES}=9999-12-31&from_${EXPIRES}=0001-01-01`, ALL],
    // A blank may replace the T, with or without a zone.
    [`from_${EXPIRES}=2030-01-01 00:01:00`, [3, 4, 5, 6]],
    [`from_${EXPIRES}=2030-01-01+00:01:00`, [3, 4, 5, 6]],
    [`from_${EXPIRES}=2030-01-01%2000:01:00Z`, [3, 4, 5, 6]],
    [`from_${EXPIRES}=2030-01-01 00:01:00.123`, [3, 4, 5, 6]],
    [`to_${EXPIRES}=2030-01-01 00:00`, [1, 2, 7]],
    [`to_${EXPIRES}=2030-01-01 02:00:00+02:00`, [1, 7]],
    [`to_${EXPIRES}=2030-01-01 02:00%2B02:00`, [1, 2, 7]],
    [`to_${EXPIRES}=2029-12-31 22:00-02:00`, [1, 2, 7]],
    [`${EXPIRES}=2030-01-01 00:01`, [3]],
    // `null` and `notnull`.
    ['RefreshToken_SystemId=null', [4, 5, 6, 7]],
    ['RefreshToken_SystemId=notnull', [1, 2, 3]],
    ['refreshtoken_systemid=notnull&RefreshToken_Subject=ann*&dir=1', [3, 2, 1]],
    ['RefreshToken_SystemId=notnull&orderBy=SystemId', [3, 1, 2]],
    ['RefreshToken_SystemId=null&orderBy=IsNew&dir=1', [7, 6, 5, 4]],
    ['RefreshToken_SystemId=null*', [2]],
    ['RefreshToken_SystemId=NULL', []],
  ])('%s', async (query, found) => {
    const answer = await search(query);
    expect(idsOf(answer)).toEqual(found);
    expect(answer.body.TotalItems).toBe(found.length);
  });

  it('accepts null and notnull in every filter', async () => {
    const texts = ['Subject', 'ClientId', 'UpdatedBy', 'ProtectedTicket', 'TicketHash', 'TicketSalt'];
    const members = [...texts, 'ExpiresOn', 'Id', 'UniqueId'].map((member) => `RefreshToken_${member}`);
    const ends = ['ExpiresOn', 'CreatedOn', 'UpdatedOn'].flatMap((date) => [
      `from_RefreshToken_${date}`,
      `to_RefreshToken_${date}`,
    ]);
    for (const name of [...members, ...ends, 'Id', 'UniqueId']) {
      for (const order of ['Id', 'IsNew']) {
        expect([name, idsOf(await search(`${name}=null&orderBy=${order}`))]).toEqual([name, []]);
        expect([name, idsOf(await search(`${name}=notnull&orderBy=${order}&page=2&size=4`))]).toEqual([
          name,
          [5, 6, 7],
        ]);
      }
    }
  });

  it.each(['RefreshToken_UniqueId', 'UniqueId', 'uniqueid'])('finds a record by %s, in any case', async (name) => {
    const { UniqueId } = (await admin.get(`${RESOURCE}/3`)).body as { UniqueId: string };
    expect(idsOf(await search(`${name}=${UniqueId}`))).toEqual([3]);
    expect(idsOf(await search(`${name}=${UniqueId.toUpperCase()}&Id=3`))).toEqual([3]);
    expect(idsOf(await search(`${name}=00000000-0000-0000-0000-000000000000`))).toEqual([]);
  });

  it('documents every name, and null for parameters that are not text', async () => {
    const { body } = await service.client().get('/api/openapi.json');
    const parameters = body.paths[RESOURCE].get.parameters as { name: string; schema: { anyOf?: object[] } }[];
    const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema.anyOf;
    const nulls = { type: 'string', enum: ['null', 'notnull'] };
    expect(schemaOf('UniqueId')).toEqual([{ type: 'string', format: 'uuid' }, nulls]);
    for (const name of [EXPIRES, `from_${CREATED}`, `to_${CREATED}`, 'RefreshToken_Id'])
      expect(schemaOf(name)).toContainEqual(nulls);
  });
});
