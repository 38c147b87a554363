import { basicOf, create, idsOf, RESOURCE, type Client } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';

/** The records 1 to 7: each has values that the others do not have. */
const RECORDS = [
  { Subject: 'ann', ClientId: 'web', ExpiresOn: '2030-01-01T00:00:00Z', SystemId: 'crm-2', TicketHash: 'hash*' },
  { Subject: 'ann', ClientId: 'app', ExpiresOn: '2030-01-01T00:00:59Z', SystemId: 'crm-1', TicketHash: 'hash**' },
  { Subject: 'anna', ClientId: 'app', ExpiresOn: '2030-01-01T00:01:00Z', SystemId: 'CRM-1', TicketSalt: 'salt+/=' },
  { Subject: 'Bob', ClientId: 'web', ExpiresOn: '2030-01-01T00:01:01Z', TicketSalt: 'salt' },
  { Subject: 'c%d', ClientId: 'web', ExpiresOn: '2030-06-01T00:00:00Z', ProtectedTicket: 'x*' },
  { Subject: 'c_d', ClientId: 'web*', ExpiresOn: '2031-01-01T00:00:00Z', ProtectedTicket: 'xy' },
  { Subject: 'çä 😀', ClientId: 'a b&c=d+e', ExpiresOn: '2029-12-31T23:59:59Z', ProtectedTicket: 'z' },
];

/** Values that no request can set: records 1 to 4 are old, and all dates and authors are known. */
const REWRITE = `
  UPDATE refresh_tokens SET created_on = '2020-01-01T00:00:00Z'::timestamptz + id * interval '1 hour' WHERE id <= 4;
  UPDATE refresh_tokens SET updated_on = '2021-01-01T00:00:00Z'::timestamptz - id * interval '1 day';
  UPDATE refresh_tokens SET updated_by = 'old@example.com' WHERE id IN (2, 3);`;

describe('a search', () => {
  let service: Service;
  let admin: Client;
  const search = (query: string) => admin.get(`${RESOURCE}?${query}`);

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    for (const record of RECORDS) await create(admin, record);
    await service.freeData();
    await runSql(service.dataDir, REWRITE);
    await service.resume();
  });
  afterAll(() => service.dispose());

  it('returns the list envelope of contract 1.6: thirteen members, whole records', async () => {
    const answer = await search('size=2&page=2&orderBy=subject&dir=1');
    const { body } = answer;
    expect(idsOf(answer)).toEqual([5, 3]);
    expect(JSON.stringify(body.Records[1])).toBe((await admin.get(`${RESOURCE}/3`)).text);
    expect(Object.keys(body as object)).toEqual([
      'Records',
      'CurrentPage',
      'CurrentPageSize',
      'CurrentOrderField',
      'CurrentSortDirection',
      'FirstItem',
      'LastItem',
      'TotalItems',
      'TotalPages',
      'HasNextPage',
      'HasPreviousPage',
      'PageNumber',
      'PageSize',
    ]);
    expect(body).toEqual({
      Records: expect.any(Array) as unknown,
      CurrentPage: 2,
      CurrentPageSize: 2,
      CurrentOrderField: 'Subject',
      CurrentSortDirection: 1,
      FirstItem: 3,
      LastItem: 4,
      TotalItems: 7,
      TotalPages: 4,
      HasNextPage: true,
      HasPreviousPage: true,
      PageNumber: 2,
      PageSize: 2,
    });
  });

  it.each([
    '',
    'page=1&size=25&orderBy=Id&dir=0',
    'unknown=1&RefreshToken_IsNew=x&from_RefreshToken_Id=x&constructor=1',
  ])('without known parameters returns the first 25 records by Id: %s', async (query) => {
    const answer = await search(query);
    expect(idsOf(answer)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(answer.body).toMatchObject({ CurrentPage: 1, CurrentPageSize: 25, CurrentOrderField: 'Id' });
    expect(answer.body).toMatchObject({ CurrentSortDirection: 0, TotalPages: 1, PageNumber: 1, PageSize: 25 });
  });

  it.each([
    // page, size, ids, FirstItem, LastItem, TotalPages, HasNextPage, HasPreviousPage
    [1, 3, [1, 2, 3], 1, 3, 3, true, false],
    [2, 3, [4, 5, 6], 4, 6, 3, true, true],
    [3, 3, [7], 7, 7, 3, false, true],
    [4, 3, [], 0, 0, 3, false, true],
    [1, 7, [1, 2, 3, 4, 5, 6, 7], 1, 7, 1, false, false],
    [2, 7, [], 0, 0, 1, false, true],
    [1, 6, [1, 2, 3, 4, 5, 6], 1, 6, 2, true, false],
    [7, 1, [7], 7, 7, 7, false, true],
    [6, 1, [6], 6, 6, 7, true, true],
    [1, 10_000, [1, 2, 3, 4, 5, 6, 7], 1, 7, 1, false, false],
    [2_147_483_647, 10_000, [], 0, 0, 1, false, true],
  ] as const)('page %d of size %d', async (page, size, shown, ...[first, last, pages, next, previous]) => {
    const answer = await search(`page=${page}&size=${size}`);
    expect(idsOf(answer)).toEqual(shown);
    expect(answer.body).toMatchObject({
      ...{ CurrentPage: page, PageNumber: page, CurrentPageSize: size, PageSize: size },
      ...{ FirstItem: first, LastItem: last, TotalItems: 7, TotalPages: pages },
      ...{ HasNextPage: next, HasPreviousPage: previous },
    });
  });

  it('without results returns an empty page', async () => {
    const { body } = await search('RefreshToken_Subject=nobody');
    expect(body).toMatchObject({ Records: [], FirstItem: 0, LastItem: 0, TotalItems: 0, TotalPages: 0 });
    expect(body).toMatchObject({ HasNextPage: false, HasPreviousPage: false, CurrentPage: 1 });
  });

  it.each([
    ['Id', [1, 2, 3, 4, 5, 6, 7]],
    ['Subject', [4, 1, 2, 3, 5, 6, 7]],
    ['ClientId', [7, 2, 3, 1, 4, 5, 6]],
    ['ExpiresOn', [7, 1, 2, 3, 4, 5, 6]],
    ['UpdatedOn', [7, 6, 5, 4, 3, 2, 1]],
    ['CreatedOn', [1, 2, 3, 4]],
    ['UniqueId', [1, 2, 3, 4, 5, 6, 7]],
    ['UpdatedBy', [1, 4, 5, 6, 7, 2, 3]],
    ['IsNew', [1, 2, 3, 4, 5, 6, 7]],
    ['SystemId', [3, 2, 1, 4, 5, 6, 7]],
    ['ToStringText', [4, 2, 1, 3, 5, 6, 7]],
  ])('by %s is sorted, with ties by Id, in both directions', async (orderBy, order) => {
    for (const dir of ['0', 'ascending', 'Ascending']) {
      const answer = await search(`orderBy=${orderBy}&dir=${dir}`);
      expect(idsOf(answer).slice(0, order.length)).toEqual(order);
      expect(answer.body).toMatchObject({ CurrentOrderField: orderBy, CurrentSortDirection: 0 });
    }
    for (const dir of ['1', '-1', 'descending', 'DESCENDING']) {
      const answer = await search(`OrderBy=${orderBy.toLowerCase()}&DIR=${dir}`);
      expect(idsOf(answer).slice(-order.length)).toEqual(order.toReversed());
      expect(answer.body).toMatchObject({ CurrentOrderField: orderBy, CurrentSortDirection: 1 });
    }
  });

  it.each([
    ['RefreshToken_Subject=ann', [1, 2]],
    ['RefreshToken_Subject=ann*', [1, 2, 3]],
    ['RefreshToken_Subject=*', [1, 2, 3, 4, 5, 6, 7]],
    ['RefreshToken_Subject=ANN', []],
    ['RefreshToken_Subject=c%25d', [5]],
    ['RefreshToken_Subject=c%25*', [5]],
    ['RefreshToken_Subject=c_d', [6]],
    ['RefreshToken_Subject=c_*', [6]],
    ['RefreshToken_Subject=%25', []],
    ['RefreshToken_Subject=*ann', []],
    [`RefreshToken_Subject=${encodeURIComponent('çä 😀')}`, [7]],
    ['RefreshToken_ClientId=web', [1, 4, 5]],
    ['RefreshToken_ClientId=web*', [1, 4, 5, 6]],
    ['RefreshToken_ClientId=web**', [6]],
    ['RefreshToken_ClientId=a+b%26c%3Dd%2Be', [7]],
    ['RefreshToken_SystemId=crm-1', [2]],
    ['RefreshToken_SystemId=crm*', [1, 2]],
    ['RefreshToken_SystemId=*', [1, 2, 3]],
    ['RefreshToken_ProtectedTicket=x*', [5]],
    ['RefreshToken_ProtectedTicket=x', []],
    ['RefreshToken_TicketHash=hash*', [1]],
    ['RefreshToken_TicketHash=hash', []],
    ['RefreshToken_TicketSalt=salt%2B/%3D', [3]],
    ['RefreshToken_TicketSalt=salt+/=', []],
    ['RefreshToken_UpdatedBy=old@example.com', [2, 3]],
    ['RefreshToken_UpdatedBy=old*', [2, 3]],
    ['RefreshToken_Id=3', [3]],
    ['RefreshToken_Id=9007199254740991', []],
    ['Id=4', [4]],
    ['id=4&refreshtoken_id=5', []],
    ['RefreshToken_ExpiresOn=2030-01-01T00:01:00Z', [3]],
    ['RefreshToken_ExpiresOn=2030-01-01T00:01', [3]],
    ['RefreshToken_ExpiresOn=2030-01-01T01:01:00+01:00', [3]],
    ['from_RefreshToken_ExpiresOn=2030-01-01T00:01:00Z', [3, 4, 5, 6]],
    ['from_RefreshToken_ExpiresOn=2030-01-01T00:01', [3, 4, 5, 6]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T00:00:00Z', [1, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T00:00', [1, 2, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T00:01:00', [1, 2, 3, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T00:01Z', [1, 2, 3, 4, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T02:00%2B02:00', [1, 2, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T02:00+02:00', [1, 2, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T02:00+0200', [1, 2, 7]],
    ['to_RefreshToken_ExpiresOn=2030-01-01T02:00+02', [1, 2, 7]],
    ['to_RefreshToken_ExpiresOn=2029-12-31T23:00-01:00', [1, 2, 7]],
    ['from_RefreshToken_ExpiresOn=2030-01-01T00:00:59Z&to_RefreshToken_ExpiresOn=2030-01-01T00:01:00Z', [2, 3]],
    ['from_RefreshToken_ExpiresOn=2031-01-01T00:00&to_RefreshToken_ExpiresOn=2030-01-01T00:00', []],
    ['from_RefreshToken_CreatedOn=2020-01-01T02:00&to_RefreshToken_CreatedOn=2020-01-01T03:00', [2, 3]],
    ['from_RefreshToken_CreatedOn=2020-01-01T04:00:01Z', [5, 6, 7]],
    ['from_RefreshToken_UpdatedOn=2020-12-30T00:00&to_RefreshToken_UpdatedOn=2020-12-31T00:00', [1, 2]],
    ['REFRESHTOKEN_SUBJECT=ann&FROM_refreshtoken_EXPIRESON=2030-01-01T00:00:59Z', [2]],
    ['RefreshToken_Subject=ann&RefreshToken_ClientId=app&RefreshToken_SystemId=crm-1&RefreshToken_Id=2&Id=2', [2]],
  ])('%s', async (query, found) => {
    const answer = await search(query);
    expect(idsOf(answer)).toEqual(found);
    expect(answer.body.TotalItems).toBe(found.length);
  });

  it('finds a record by its UniqueId, in upper and lower case', async () => {
    const { UniqueId } = (await admin.get(`${RESOURCE}/3`)).body as { UniqueId: string };
    expect(idsOf(await search(`RefreshToken_UniqueId=${UniqueId}`))).toEqual([3]);
    expect(idsOf(await search(`RefreshToken_UniqueId=${UniqueId.toUpperCase()}`))).toEqual([3]);
    expect(idsOf(await search('RefreshToken_UniqueId=00000000-0000-0000-0000-000000000000'))).toEqual([]);
  });

  it('marks records of the last day as new', async () => {
    const { body } = await search('');
    const isNew = (body.Records as { IsNew: boolean }[]).map(({ IsNew }) => IsNew);
    expect(isNew).toEqual([false, false, false, false, true, true, true]);
  });
});
