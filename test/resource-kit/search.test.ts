import { basicOf, expectFailures, idsOf, type Client } from '../support/client.js';
import { startCoupons } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks } from '../support/sessions.js';

const COUPONS = '/api/sys/coupons';
/** Three coupons: their numbers in the order of their creation stand for their ids. */
const RECORDS = [
  { Code: 'MAY-1', Percent: 30, ValidUntil: '2030-01-31T12:00:00Z', Note: null, SystemId: 'b' },
  { Code: 'MAY-2', Percent: 10, ValidUntil: '2031-01-31T12:00:30Z', Note: 'x', SystemId: null },
  { Code: 'JUNE', Percent: 20, ValidUntil: '2029-01-31T12:00:00Z', Note: 'y', SystemId: 'a' },
];

let service: Service;
let list: Client;
let ids: number[];
beforeAll(async () => {
  service = await startCoupons();
  const admin = service.client(basicOf('admin'));
  list = service.client(basicOf('list'));
  ids = [];
  for (const record of RECORDS) ids.push((await admin.post(COUPONS, record)).body.Value.Id as number);
});
afterAll(() => disposeWithoutLeaks(service));

const found = async (query: string): Promise<number[]> =>
  idsOf(await list.get(`${COUPONS}?${query}`)).map((id) => ids.indexOf(id) + 1);

describe('the search of a declared resource', () => {
  it.each([
    ['', [1, 2, 3]],
    ['Coupon_Code=MAY-2', [2]],
    ['coupon_code=MAY*', [1, 2]],
    ['Coupon_Percent=20', [3]],
    ['Coupon_Percent=-20', []],
    ['Coupon_ValidUntil=2030-01-31T12:00:00Z', [1]],
    ['from_Coupon_ValidUntil=2030-01-31T12:00', [1, 2]],
    ['to_Coupon_ValidUntil=2030-01-31', [1, 3]],
    ['from_Coupon_ValidUntil=2029-06-01&to_Coupon_ValidUntil=2031-01-31T12:00', [1, 2]],
    ['Coupon_SystemId=null', [2]],
    ['Coupon_SystemId=notnull', [1, 3]],
    ['Coupon_Code=null', []],
    ['Coupon_UpdatedBy=admin@example.com&from_Coupon_CreatedOn=2020-01-01', [1, 2, 3]],
    // Not searchable, so it is unknown, and unknown parameters are ignored.
    ['Coupon_Note=x', [1, 2, 3]],
    ['orderBy=Code', [3, 1, 2]],
    ['orderBy=Percent&dir=-1', [1, 3, 2]],
    ['orderBy=validuntil', [3, 1, 2]],
    ['orderBy=SystemId', [3, 1, 2]],
    ['orderBy=ToStringText&dir=descending', [2, 1, 3]],
    ['orderBy=IsNew', [1, 2, 3]],
    ['size=1&page=2', [2]],
  ])('%s finds %j', async (query, numbers) => {
    expect(await found(query)).toEqual(numbers);
  });

  it('finds by Id and UniqueId', async () => {
    const [record] = (await list.get(`${COUPONS}?Id=${ids[1]}`)).body.Records as { Id: number; UniqueId: string }[];
    expect(record?.Id).toBe(ids[1]);
    expect(await found(`Coupon_UniqueId=${record?.UniqueId}`)).toEqual([2]);
  });

  it('answers with the list envelope of contract 1.6', async () => {
    const { Records, ...envelope } = (await list.get(`${COUPONS}?size=2&orderBy=Percent`)).body;
    expect(Records).toHaveLength(2);
    expect(envelope).toEqual({
      ...{ CurrentPage: 1, CurrentPageSize: 2, CurrentOrderField: 'Percent', CurrentSortDirection: 0 },
      ...{ FirstItem: 1, LastItem: 2, TotalItems: 3, TotalPages: 2, HasNextPage: true, HasPreviousPage: false },
      ...{ PageNumber: 1, PageSize: 2 },
    });
  });

  it('refuses bad values of known parameters', async () => {
    expectFailures(
      await list.get(`${COUPONS}?orderBy=Note&Coupon_Percent=many&from_Coupon_ValidUntil=soon`),
      [
        'orderBy',
        'must be one of Id, Code, Percent, ValidUntil, UpdatedOn, CreatedOn, UniqueId, UpdatedBy, IsNew, SystemId, ToStringText',
        'Note',
      ],
      ['Coupon_Percent', 'must be a whole number between -2^53 and 2^53', 'many'],
      [
        'from_Coupon_ValidUntil',
        'must be an existing date, or date and time, such as 2030-01-31 or 2030-01-31T12:00:00Z',
        'soon',
      ],
    );
  });
});
