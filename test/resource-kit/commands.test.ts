import { basicOf, expectFailures, type Answer, type Client } from '../support/client.js';
import { startVouchers } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks, events } from '../support/sessions.js';

const COUPONS = '/api/sys/coupons';
const VOUCHERS = '/api/sys/vouchers';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await startVouchers();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

let number = 0;
async function coupon(): Promise<number> {
  const sent = { Code: `C-${++number}`, Percent: 1, ValidUntil: '2030-01-01T00:00:00Z' };
  return (await admin.post(COUPONS, sent)).body.Value.Id as number;
}
async function voucher(changes: object = {}): Promise<number> {
  const sent = { Holder: `v${++number}@example.com`, Key: 'k', Reason: 'gift', IsActive: true, Order: number };
  const { text, body } = await admin.post(VOUCHERS, { ...sent, ...changes });
  if (!body.WasSuccessful) throw new Error(text);
  return body.Value.Id as number;
}
const run = (path: string, command: object, client = admin): Promise<Answer> =>
  client.post(`${path}/runcommand`, command);
const orderOf = async (id: number): Promise<unknown> => (await admin.get(`${VOUCHERS}/${id}`)).body.Order;

describe('the commands of a resource', () => {
  it('are listed as contract 1.7 has it', async () => {
    const { status, body } = await admin.get(`${COUPONS}/commands`);
    expect([status, body]).toEqual([
      200,
      [
        {
          ...{ Key: 'COUPON_EXTEND', Name: 'Extend', AppliesOnlyToMultipleEntities: false },
          ...{ AppliesOnlyToOneEntity: false, AppliesOnlyToTwoEntities: false, NeedsEntitiesToRun: true },
          ...{ DisplayInDropdown: true, DisplayInDropdownV2: true, DisplayInGrid: true, Icon: null, Order: 1 },
          RequiresParameters: [{ Name: 'Days', Type: 'Integer' }],
        },
      ],
    ]);
    const keys = async (query: string): Promise<string[]> =>
      ((await admin.get(`${VOUCHERS}/commands${query}`)).body as { Key: string }[]).map(({ Key }) => Key);
    expect(await keys('')).toEqual(['VOUCHER_COUNT', 'VOUCHER_SWAP', 'VOUCHER_SPEND', 'VOUCHER_RENAME']);
    expect(await keys('?id=1')).toEqual(['VOUCHER_RENAME']);
    expect((await admin.get(`${VOUCHERS}/commands?id=x`)).status).toBe(400);
  });

  it('change all their records, with the parameters that were sent', async () => {
    const [one, two] = [await coupon(), await coupon()];
    const Parameters = [
      { Name: 'Days', Type: 'Integer', Value: '31' },
      { Name: 'Unknown', Value: 1 },
    ];
    const { status, body } = await run(COUPONS, { Key: 'COUPON_EXTEND', Ids: [two, one], Parameters });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ...{ Status: 200, Message: 'The command was run correctly.', Value: { Ids: [two, one] } },
        ...{ UpdatedBy: 'admin@example.com', Errors: null, WasSuccessful: true },
      }),
    ]);
    for (const id of [one, two])
      expect((await admin.get(`${COUPONS}/${id}`)).body).toMatchObject({ ValidUntil: '2030-02-01T00:00:00Z' });
  });

  it('take parameters by their names without regard to case', async () => {
    const id = await coupon();
    const Parameters = [{ Name: 'dAYS', Value: 1 }];
    expect((await run(COUPONS, { Key: 'COUPON_EXTEND', Ids: [id], Parameters })).status).toBe(200);
    expect((await admin.get(`${COUPONS}/${id}`)).body.ValidUntil).toBe('2030-01-02T00:00:00Z');
  });

  it('say what they did', async () => {
    const { body } = await run(VOUCHERS, { Key: 'VOUCHER_COUNT' });
    const { body: all } = await admin.get(`${VOUCHERS}?size=1`);
    expect(body.Value).toEqual({ Vouchers: all.TotalItems });
  });

  it('get their records in the order of the Ids', async () => {
    const [one, two] = [await voucher({ Order: 1 }), await voucher({ Order: 2 })];
    expect((await run(VOUCHERS, { Key: 'VOUCHER_SWAP', Ids: [two, one] })).status).toBe(200);
    expect([await orderOf(one), await orderOf(two)]).toEqual([2, 1]);
  });

  it('change all records or none', async () => {
    const [one, two] = [await voucher({ Order: 5 }), await voucher({ Order: 6, Note: 'unspendable' })];
    const before = await events(service, { EntityShortName: 'Voucher' });
    const { status, body } = await run(VOUCHERS, { Key: 'VOUCHER_SPEND', Ids: [one, two] });
    expect([status, body.Message]).toEqual([400, 'It cannot be spent.']);
    expect([await orderOf(one), await orderOf(two)]).toEqual([5, 6]);
    const reads = 2;
    expect(await events(service, { EntityShortName: 'Voucher' })).toHaveLength(before.length + reads);
  });

  it('that break a constraint fail like any write', async () => {
    await voucher({ Holder: 'taken@example.com' });
    const id = await voucher();
    expectFailures(await run(VOUCHERS, { Key: 'VOUCHER_RENAME', Ids: [id] }), [
      'Holder',
      'is the same as that of another Voucher',
      'taken@example.com',
    ]);
  });

  it('need the role for edits, and one of their own if they have one', async () => {
    const Ids = [await voucher(), await voucher()];
    const refused = async (user: string): Promise<unknown> =>
      (await run(VOUCHERS, { Key: 'VOUCHER_SWAP', Ids }, service.client(basicOf(user)))).body.Message;
    expect(await refused('list')).toBe('This needs the role Voucher-Edit.');
    expect(await refused('edit')).toBe('This needs the role Voucher-Delete.');
    const edit = service.client(basicOf('edit'));
    expect((await run(VOUCHERS, { Key: 'VOUCHER_SPEND', Ids }, edit)).status).toBe(200);
  });
});

describe('a command that cannot be run', () => {
  it.each([
    [{ Key: 'COUPON_MELT' }, ['Key', 'must be a command of Coupon', 'COUPON_MELT']],
    [{}, ['Key', 'is a required field', null]],
    [{ Key: 'COUPON_EXTEND' }, ['Ids', 'must name one or more records', []]],
    [{ Key: 'COUPON_EXTEND', Ids: null, Parameters: null }, ['Ids', 'must name one or more records', []]],
    [{ Key: 'COUPON_EXTEND', Ids: [1], Parameters: [[]] }, ['Parameters', 'must be a list of objects', []]],
    [{ Key: 'COUPON_EXTEND', Ids: [1], Parameters: {} }, ['Parameters', 'must be an array', {}]],
    [{ Key: 'COUPON_EXTEND', Ids: [1, 1] }, ['Ids', 'must name each record once', [1, 1]]],
    [{ Key: 'COUPON_EXTEND', Ids: [999_999] }, ['Days', 'is a required field', null]],
  ] as const)('%j is refused in the contract’s form', async (command, failure) => {
    expectFailures(await run(COUPONS, command), [...failure]);
  });

  it('since a record is missing or a parameter wrong is refused in the contract’s form', async () => {
    const id = await coupon();
    const days = (Value: unknown, ...more: object[]): object => ({
      ...{ Key: 'COUPON_EXTEND', Ids: [id] },
      Parameters: [{ Name: 'Days', Value }, ...more],
    });
    expectFailures(await run(COUPONS, { ...days(1), Ids: [id, 999_999] }), [
      'Ids',
      'there is no Coupon with Id 999999',
      [id, 999_999],
    ]);
    expectFailures(await run(COUPONS, days(366)), ['Days', 'must be at most 365', 366]);
    expectFailures(await run(COUPONS, days(1, { Name: 'Days', Value: 2 })), [
      'Parameters',
      'must have Days once',
      'Days',
    ]);
    expectFailures(await run(VOUCHERS, { Key: 'VOUCHER_SWAP', Ids: [1] }), ['Ids', 'must name two records', [1]]);
    expectFailures(await run(VOUCHERS, { Key: 'VOUCHER_COUNT', Ids: [1] }), [
      'Ids',
      'must be empty or absent: the command is not about records',
      [1],
    ]);
  });
});
