import { basicOf, expectFailures, idsOf, type Answer, type Client } from '../support/client.js';
import { startCoupons } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks, times } from '../support/sessions.js';

const COUPONS = '/api/sys/coupons';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await startCoupons();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

let number = 0;
const coupon = (changes: object = {}): Record<string, unknown> => ({
  Code: `C-${++number}`,
  Percent: 20,
  ValidUntil: '2030-01-31T12:00:00+02:00',
  ...changes,
});
async function make(changes: object = {}): Promise<number> {
  const { status, text, body } = await admin.post(COUPONS, coupon(changes));
  if (status !== 200) throw new Error(text);
  return body.Value.Id as number;
}
const get = async (id: number): Promise<Record<string, unknown>> => (await admin.get(`${COUPONS}/${id}`)).body;

describe('the routes of a declared resource', () => {
  it('create a record and show it: its members, then the common ones, in the order of contract 1.1', async () => {
    const sent = coupon({ Note: 'first', SystemId: 'crm-1', Id: 0, IsNew: false, TypeName: 'x' });
    const { status, body } = await admin.post(COUPONS, sent);
    expect([status, body]).toEqual([
      200,
      {
        ...{ Status: 200, Message: 'Coupon was successfully created.', Value: { Id: expect.any(Number) as number } },
        ...{ OpenInDialog: false, OpenInWindow: false, RedirectURL: null, JavaScript: null },
        UpdatedOn: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        ...{ UpdatedBy: 'admin@example.com', Errors: null, WasSuccessful: true },
      },
    ]);
    const record = await get(body.Value.Id);
    expect(Object.entries(record)).toEqual([
      ['Code', sent['Code']],
      ['Percent', 20],
      ['ValidUntil', '2030-01-31T10:00:00Z'],
      ['Note', 'first'],
      ['Id', body.Value.Id],
      ['UpdatedOn', body.UpdatedOn],
      ['CreatedOn', body.UpdatedOn],
      ['UniqueId', expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/)],
      ['UpdatedBy', 'admin@example.com'],
      ['IsNew', true],
      ['SystemId', 'crm-1'],
      ['ToStringText', sent['Code']],
      ['LocalizationDetails', null],
      ['CustomFields', null],
    ]);
  });

  it('read forms like JSON', async () => {
    const form = { Code: 'FORM', Percent: '7', ValidUntil: '2030-01-31T12:00', Note: 'of a form' };
    const { body } = await admin.form('POST', COUPONS, form);
    expect(await get(body.Value.Id)).toMatchObject({ ...form, Percent: 7, ValidUntil: '2030-01-31T12:00:00Z' });
  });

  it('update the whole record, at its own path too, and delete it', async () => {
    const id = await make({ Note: 'old', SystemId: 'old' });
    expect((await admin.put(COUPONS, coupon({ Id: id, Code: 'NEW' }))).body.Message).toBe(
      'Coupon was successfully updated.',
    );
    expect(await get(id)).toMatchObject({ Code: 'NEW', Note: null, SystemId: null });
    expect((await admin.put(`${COUPONS}/${id}`, coupon({ Code: 'NEWER', Percent: 5 }))).status).toBe(200);
    expect(await get(id)).toMatchObject({ Code: 'NEWER', Percent: 5 });
    expectFailures(await admin.put(`${COUPONS}/${id}`, coupon({ Id: id + 1 })), [
      'Id',
      `must be ${id}, the id of the path, or be absent`,
      id + 1,
    ]);
    const { body } = await admin.delete(`${COUPONS}/${id}`);
    expect([body.Message, body.Value]).toEqual(['Coupon was successfully deleted.', { Id: id }]);
    const gone = await Promise.all([
      admin.get(`${COUPONS}/${id}`),
      admin.delete(`${COUPONS}/${id}`),
      admin.put(COUPONS, coupon({ Id: id })),
    ]);
    expect(gone.map(({ status, body: { Message } }) => [status, Message])).toEqual(
      gone.map(() => [404, `There is no Coupon with Id ${id}.`]),
    );
  });

  it('get several records in the order of the ids', async () => {
    const [one, two] = [await make(), await make()];
    const answer = await admin.get(`${COUPONS}?id=[${two},${one},999999]`);
    expect(idsOf(answer)).toEqual([two, one]);
  });

  it('need one role each', async () => {
    const id = await make();
    const routes: [string, string, (client: Client) => Promise<Answer>][] = [
      ['create', 'Coupon-Create', (client) => client.post(COUPONS, coupon())],
      ['read', 'Coupon-Read', (client) => client.get(`${COUPONS}/${id}`)],
      ['read', 'Coupon-Read', (client) => client.get(`${COUPONS}?id=[${id}]`)],
      ['list', 'Coupon-List', (client) => client.get(COUPONS)],
      ['list', 'Coupon-List', (client) => client.get(`${COUPONS}/commands`)],
      ['edit', 'Coupon-Edit', (client) => client.put(COUPONS, coupon({ Id: id }))],
      ['edit', 'Coupon-Edit', (client) => client.put(`${COUPONS}/${id}`, coupon())],
      ['delete', 'Coupon-Delete', (client) => client.delete(`${COUPONS}/${id}`)],
    ];
    for (const [user, role, send] of routes) {
      expect((await send(service.client())).status).toBe(401);
      for (const other of ['create', 'read', 'list', 'edit', 'delete'].filter((name) => name !== user)) {
        const { status, body } = await send(service.client(basicOf(other)));
        expect([role, other, status, body.Message]).toEqual([role, other, 403, `This needs the role ${role}.`]);
      }
      expect([role, (await send(service.client(basicOf(user)))).status]).toEqual([role, 200]);
    }
  });
});

describe('a body of a declared resource', () => {
  it('that lacks what is required is refused in the contract’s form, in the order of the members', async () => {
    expectFailures(
      await admin.put(COUPONS, { Code: ' ', Percent: null }),
      ['Code', 'is a required field', ' '],
      ['Percent', 'is a required field', null],
      ['ValidUntil', 'is a required field', null],
      ['Id', 'is a required field', null],
    );
  });

  it.each([
    ['Code', 'x'.repeat(41), 'must have at most 40 characters'],
    ['Code', 5, 'must be a string'],
    ['Code', 'a\0', 'must not contain the character U+0000'],
    ['Percent', 0, 'must be at least 1'],
    ['Percent', '101', 'must be at most 100'],
    ['Percent', 1.5, 'must be a whole number between -2^53 and 2^53'],
    ['Percent', 'ten', 'must be a whole number between -2^53 and 2^53'],
    ['ValidUntil', '2030-02-30T12:00', 'must be an existing date and time, such as 2030-01-31T12:00:00Z'],
    ['ValidUntil', true, 'must be an existing date and time, such as 2030-01-31T12:00:00Z'],
    ['Note', 'x'.repeat(1_001), 'must have at most 1000 characters'],
    ['SystemId', { a: 1 }, 'must be a string'],
  ])('with %s %j is refused', async (member, value, message) => {
    const attempted = typeof value === 'string' ? value.slice(0, 256) : value;
    expectFailures(await admin.post(COUPONS, coupon({ [member]: value })), [member, message, attempted]);
  });

  it('with the unique value of another record is refused, also of two that come concurrently', async () => {
    const id = await make({ Code: 'TAKEN' });
    const fault = ['Code', 'is the same as that of another Coupon', 'TAKEN'] as const;
    expectFailures(await admin.post(COUPONS, coupon({ Code: 'TAKEN' })), [...fault]);
    expectFailures(await admin.put(COUPONS, coupon({ Id: await make(), Code: 'TAKEN' })), [...fault]);
    expect((await admin.put(COUPONS, coupon({ Id: id, Code: 'TAKEN' }))).status).toBe(200);
    const answers = await times(5, () => admin.post(COUPONS, coupon({ Code: 'RACE' })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 200))
      expectFailures(refused, ['Code', fault[1], 'RACE']);
  });
});

describe('a conditional write', () => {
  it('is done only to the record that the client has seen', async () => {
    const id = await make({ Code: 'TAGGED' });
    const seen = (await admin.get(`${COUPONS}/${id}`)).headers.get('etag') ?? '';
    const send = (method: string, path: string, tag: string): Promise<Answer> =>
      admin.send(method, path, {
        headers: { 'content-type': 'application/json', 'if-match': tag },
        ...(method === 'PUT' && { body: JSON.stringify(coupon({ Id: id, Code: 'TAGGED', Note: 'seen' })) }),
      });
    const unchanged = await admin.send('GET', `${COUPONS}/${id}`, { headers: { 'if-none-match': seen } });
    expect(unchanged.status).toBe(304);
    expect((await send('PUT', COUPONS, seen)).status).toBe(200);
    for (const [method, path] of [
      ['PUT', COUPONS],
      ['PUT', `${COUPONS}/${id}`],
      ['DELETE', `${COUPONS}/${id}`],
    ] as const)
      expect((await send(method, path, seen)).status).toBe(412);
    expect(await get(id)).toMatchObject({ Note: 'seen' });
    const now = (await admin.get(`${COUPONS}/${id}`)).headers.get('etag') ?? '';
    expect((await send('DELETE', `${COUPONS}/${id}`, now)).status).toBe(200);
  });
});
