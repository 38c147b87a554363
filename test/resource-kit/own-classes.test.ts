import { basicOf, expectFailures, idsOf, type Answer, type Client } from '../support/client.js';
import { startVouchers } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, keepSecret } from '../support/sessions.js';

const VOUCHERS = '/api/sys/vouchers';
const SECRET = 'the key that nobody may see';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await startVouchers();
  admin = service.client(basicOf('admin'));
  keepSecret(SECRET);
});
afterAll(() => disposeWithoutLeaks(service));

let number = 0;
const voucher = (changes: object = {}): Record<string, unknown> => ({
  ...{ Holder: `v${++number}@example.com`, Key: SECRET, Reason: 'gift', IsActive: true, ...changes },
});
async function make(changes: object = {}): Promise<number> {
  const { text, body } = await admin.post(VOUCHERS, voucher(changes));
  if (!body.WasSuccessful) throw new Error(text);
  return body.Value.Id as number;
}
const get = async (id: number): Promise<Record<string, unknown>> => (await admin.get(`${VOUCHERS}/${id}`)).body;
const hooks = async (): Promise<Record<string, number>> => (await admin.get('/api/sys/voucherhooks')).body;
const written = async (): Promise<number> => {
  const all = await events(service, { EntityShortName: 'Voucher' });
  return all.filter(({ Kind }) => Kind !== 'record-read').length;
};

describe('members of every kind', () => {
  it('are stored and shown', async () => {
    const coupon = { Code: 'MAY', Percent: 1, ValidUntil: '2030-01-01T00:00:00Z' };
    const CouponId = (await admin.post('/api/sys/coupons', coupon)).body.Value.Id as number;
    const id = await make({ Holder: 'ada@example.com', IsActive: 'false', Order: -3, CouponId });
    expect(await get(id)).toMatchObject({
      ...{ Holder: 'ada@example.com', Key: SECRET, Reason: 'gift', IsActive: false, Order: -3, CouponId, Note: null },
      ToStringText: "ada@example.com's gift",
    });
    const query = `Voucher_IsActive=FALSE&Voucher_Order=-3&Voucher_Reason=gift&Voucher_CouponId=${CouponId}`;
    expect(idsOf(await admin.get(`${VOUCHERS}?${query}&Voucher_Key=${encodeURIComponent(SECRET)}`))).toEqual([id]);
    expectFailures(await admin.delete(`/api/sys/coupons/${CouponId}`), [
      'Id',
      'is the Id of a record to which other records refer',
      CouponId,
    ]);
  });

  it.each([
    ['Reason', 'theft', 'must be one of gift, refund'],
    ['IsActive', 'maybe', 'must be true or false'],
    ['IsActive', null, 'is a required field'],
    ['Order', '1e3', 'must be a whole number between -2^53 and 2^53'],
    ['CouponId', -1, 'must be a positive integer below 2^53'],
    ['CouponId', 999_999, 'there is no Coupon with this Id'],
  ])('refuse %s %j', async (member, value, message) => {
    expectFailures(await admin.post(VOUCHERS, voucher({ [member]: value })), [member, message, value]);
  });

  it('that are optional may be null, absent, or blank in a form', async () => {
    const form = { ...voucher(), IsActive: 'true', Order: '', CouponId: '' } as Record<string, string>;
    const { body } = await admin.form('POST', VOUCHERS, form);
    expect(await get(body.Value.Id)).toMatchObject({ Order: null, CouponId: null, IsActive: true });
  });
});

describe('decorators of class-validator and class-transformer on a resource', () => {
  it('check and change what is sent, beside those of the kit', async () => {
    expectFailures(await admin.post(VOUCHERS, voucher({ Holder: 'nobody' })), ['Holder', 'must be an email', 'nobody']);
    expectFailures(await admin.post(VOUCHERS, voucher({ Holder: null })), ['Holder', 'is a required field', null]);
    expect(await get(await make({ Holder: ' GRACE@Example.com ' }))).toMatchObject({ Holder: 'grace@example.com' });
  });

  it('change what is shown', async () => {
    expect(await get(await make({ Note: 'quiet' }))).toMatchObject({ Note: 'QUIET' });
  });
});

describe('a secret member', () => {
  it('is null in a search, for users who may not read records by id', async () => {
    const id = await make();
    const seen = async (user: string): Promise<unknown> => {
      const { body } = await service.client(basicOf(user)).get(`${VOUCHERS}?Id=${id}`);
      return body.Records[0].Key;
    };
    expect([await seen('list'), await seen('admin')]).toEqual([null, SECRET]);
    expect((await service.client(basicOf('read')).get(`${VOUCHERS}/${id}`)).body.Key).toBe(SECRET);
  });

  it('is neither in a failure nor in the audit trail', async () => {
    expectFailures(await admin.post(VOUCHERS, voucher({ Key: SECRET.repeat(3) })), [
      'Key',
      'must have at most 64 characters',
      null,
    ]);
    const id = await make();
    await admin.put(VOUCHERS, voucher({ Id: id, Key: 'another' }));
    await admin.delete(`${VOUCHERS}/${id}`);
    const trail = JSON.stringify(await events(service, { EntityShortName: 'Voucher', EntityId: String(id) }));
    expect(trail).not.toContain(SECRET);
    expect(trail).not.toContain('"Key"');
  });
});

describe('hooks', () => {
  it('run in the transaction of their act, and with it what they did is rolled back', async () => {
    const id = await make();
    const refusing = await make({ Note: 'refuse beforeDelete' });
    const unreadable = await make({ Note: 'refuse afterRead' });
    const [ran, wrote] = [await hooks(), await written()];
    const refused: [string, Promise<Answer>][] = [
      ['beforeCreate', admin.post(VOUCHERS, voucher({ Note: 'refuse beforeCreate' }))],
      ['beforeUpdate', admin.put(VOUCHERS, voucher({ Id: id, Note: 'refuse beforeUpdate' }))],
      ['beforeDelete', admin.delete(`${VOUCHERS}/${refusing}`)],
      ['afterRead', admin.get(`${VOUCHERS}/${unreadable}`)],
      ['afterRead', admin.get(`${VOUCHERS}?id=[${id},${unreadable}]`)],
      ['afterRead', admin.get(`${VOUCHERS}?Id=${unreadable}`)],
    ];
    for (const [name, answer] of refused) {
      const { status, body } = await answer;
      expect([status, body.Message]).toEqual([400, `${name} refuses.`]);
    }
    expect([await hooks(), await written()]).toEqual([ran, wrote]);
    expect(await events(service, { Kind: 'record-read', EntityId: String(unreadable) })).toEqual([]);
    expect((await get(id))['Note']).toBeNull();
    expect((await admin.delete(`${VOUCHERS}/${id}`)).status).toBe(200);
    expect(await hooks()).toMatchObject({ beforeDelete: (ran['beforeDelete'] ?? 0) + 1 });
  });

  it('are undone when the database refuses the act', async () => {
    await make({ Holder: 'unique@example.com' });
    const ran = await hooks();
    expect((await admin.post(VOUCHERS, voucher({ Holder: 'unique@example.com' }))).status).toBe(400);
    expect(await hooks()).toEqual(ran);
  });

  it('may change what is stored and what is shown', async () => {
    const id = await make({ Order: 0, Note: 'shown' });
    await admin.put(VOUCHERS, voucher({ Id: id, Order: 0, Note: 'shown' }));
    expect(await get(id)).toMatchObject({ IsActive: false, Note: 'SHOWN TO ADMIN@EXAMPLE.COM' });
    const { headers } = await admin.get(`${VOUCHERS}/${id}`);
    const kept = { 'content-type': 'application/json', 'if-match': headers.get('etag') ?? '' };
    const body = JSON.stringify(voucher({ Id: id, Order: 1 }));
    expect((await admin.send('PUT', VOUCHERS, { headers: kept, body })).status).toBe(200);
  });

  it('and commands must leave values that a client could send; otherwise nothing of the act remains', async () => {
    const id = await make({ Note: 'nobody' });
    const [ran, wrote] = [await hooks(), await written()];
    expectFailures(await admin.post(VOUCHERS, voucher({ Note: 'stolen' })), [
      'Reason',
      'must be one of gift, refund',
      'theft',
    ]);
    const rename = { Key: 'VOUCHER_RENAME', Ids: [id] };
    expectFailures(await admin.post(`${VOUCHERS}/runcommand`, rename), ['Holder', 'is a required field', ' ']);
    expect([await hooks(), await written()]).toEqual([ran, wrote]);
  });

  it('run for each record of a page that is too large for one part', async () => {
    const large = { Reason: 'refund', Note: 'shown', SystemId: 'x'.repeat(4_000) };
    const ids: number[] = [];
    for (let n = 0; n < 300; n++) ids.push(await make(large));
    const { afterRead: before = 0 } = await hooks();
    const answer = await admin.get(`${VOUCHERS}?Voucher_Reason=refund&size=1000`);
    expect(idsOf(answer)).toEqual(ids);
    const notes = (answer.body.Records as { Note: string }[]).map(({ Note }) => Note);
    expect(new Set(notes)).toEqual(new Set(['SHOWN TO ADMIN@EXAMPLE.COM']));
    expect(await hooks()).toMatchObject({ afterRead: before + ids.length });
    const [event, ...more] = await events(service, { EntityShortName: 'Voucher', Reason: 'search', EntityId: 'null' });
    expect([event?.['RecordIds'], more]).toEqual([ids, []]);
  });

  it('see records as instances of their class, and run for commands too', async () => {
    const Ids = [await make({ Order: 1 }), await make({ Order: 2 })];
    expect((await admin.post(`${VOUCHERS}/runcommand`, { Key: 'VOUCHER_SPEND', Ids })).status).toBe(200);
    // It was not spent before, so the hook let it be.
    expect(await get(Ids[0] ?? 0)).toMatchObject({ Order: 0, IsActive: true });
    const again = { Key: 'VOUCHER_SWAP', Ids: [Ids[0], await make({ Order: 7 })] };
    expect((await admin.post(`${VOUCHERS}/runcommand`, again)).status).toBe(200);
    expect(await get(Ids[0] ?? 0)).toMatchObject({ Order: 7, IsActive: false });
  });
});

describe('classes of a team’s own', () => {
  it('are used: a controller that overrides a route, and a repository', async () => {
    const { stored = 0 } = await hooks();
    const { status, body } = await admin.post(VOUCHERS, voucher());
    expect([status, body.Message]).toEqual([200, 'A voucher was made.']);
    expect(await hooks()).toMatchObject({ stored: stored + 1 });
    expect((await service.client(basicOf('list')).post(VOUCHERS, voucher())).status).toBe(403);
  });
});
