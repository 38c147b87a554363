import { basicOf, create, RESOURCE, validRecord, type Client } from '../support/client.js';
import { startCoupons } from '../support/resource-service.js';
import type { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, the, type AuditEntry } from '../support/sessions.js';

const COUPONS = '/api/sys/coupons';

let service: Service;
let admin: Client;
beforeAll(async () => {
  service = await startCoupons();
  admin = service.client(basicOf('admin'));
});
afterAll(() => disposeWithoutLeaks(service));

const coupon = (Code: string, changes: object = {}): Record<string, unknown> => ({
  ...{ Code, Percent: 20, ValidUntil: '2030-01-31T12:00:00Z', ...changes },
});
const make = async (sent: object): Promise<number> => (await admin.post(COUPONS, sent)).body.Value.Id as number;
const of = (id: number, search: Record<string, string> = {}): Promise<AuditEntry[]> =>
  events(service, { EntityShortName: 'Coupon', EntityId: String(id), ...search });
const change = (PropertyName: string, OldValue: string | null, NewValue: string | null): object => ({
  ...{ PropertyName, OldValue, NewValue },
});

describe('the audit trail of a declared resource', () => {
  it('has each act with the resource, the record and what changed', async () => {
    const id = await make(coupon('MAY', { Note: 'a' }));
    await admin.get(`${COUPONS}/${id}`);
    await admin.put(COUPONS, coupon('MAY', { Id: id, Percent: 30, Note: null }));
    await admin.put(COUPONS, coupon('MAY', { Id: id, Percent: 40 }));
    await admin.put(COUPONS, coupon('MAY', { Id: id, Percent: 40 }));
    await admin.delete(`${COUPONS}/${id}`);
    const rows = (await of(id)).map((entry) => [entry.Kind, entry.Reason, entry['AuditType'], entry['Changes']]);
    expect(rows).toEqual([
      [
        ...['record-created', null, 1],
        [
          change('Code', null, 'MAY'),
          change('Percent', null, '20'),
          change('ValidUntil', null, '2030-01-31T12:00:00Z'),
          change('Note', null, 'a'),
        ],
      ],
      ['record-read', null, null, []],
      ['record-updated', 'edited', 2, [change('Percent', '20', '30'), change('Note', 'a', null)]],
      ['record-updated', 'edited', 2, [change('Percent', '30', '40')]],
      ['record-updated', 'edited', 2, []],
      [
        ...['record-deleted', 'deleted', 3],
        [
          change('Code', 'MAY', null),
          change('Percent', '40', null),
          change('ValidUntil', '2030-01-31T12:00:00Z', null),
        ],
      ],
    ]);
  });

  it('shows the members of Nexudus, and is searched by them and by a member that changed', async () => {
    const id = await make(coupon('JUNE'));
    await admin.put(COUPONS, coupon('JUNE', { Id: id, Percent: 5, SystemId: 'crm' }));
    await admin.put(COUPONS, coupon('JUNE', { Id: id, Percent: 6, SystemId: 'crm' }));
    const [only] = await of(id, { PropertyName: 'Percent' });
    expect(only).toMatchObject({
      ...{ EntityShortName: 'Coupon', EntityId: id, AuditType: 2, ActionBy: 'admin@example.com' },
      ...{ PropertyName: 'Percent', OldValue: '5', NewValue: '6', RecordIds: [id], Subject: null, SessionId: null },
    });
    expect(await of(id, { OldValue: '5', NewValue: '6' })).toEqual([only]);
    const changed = await of(id, { Changes: 'Percent', AuditType: '2' });
    expect(changed.map((entry) => entry['PropertyName'])).toEqual([null, 'Percent']);
    expect(await of(id, { Changes: 'null' })).toEqual([]);
    expect(await of(id, { Changes: 'Nothing' })).toEqual([]);
  });

  it('has one event for a search and one for a command, and one for each record that it changed', async () => {
    const [one, two] = [await make(coupon('A1')), await make(coupon('A2'))];
    const latest = async (): Promise<AuditEntry[]> => {
      const all = await events(service, { EntityShortName: 'Coupon' });
      return all.filter(({ RecordIds }) => (RecordIds as number[]).some((id) => id === one || id === two));
    };
    await admin.get(`${COUPONS}?Coupon_Code=A*`);
    expect((await latest()).at(-1)).toMatchObject({ Kind: 'record-read', Reason: 'search', RecordIds: [one, two] });
    const before = (await latest()).length;
    const Parameters = [{ Name: 'Days', Value: 1 }];
    await admin.post(`${COUPONS}/runcommand`, { Key: 'COUPON_EXTEND', Ids: [one, two], Parameters });
    const ran = (await latest()).slice(before);
    expect(ran.map(({ Kind, Reason, RecordIds }) => [Kind, Reason, RecordIds])).toEqual([
      ['command-run', 'COUPON_EXTEND', [one, two]],
      ['record-updated', 'command COUPON_EXTEND', [one]],
      ['record-updated', 'command COUPON_EXTEND', [two]],
    ]);
    expect(ran[1]).toMatchObject({ PropertyName: 'ValidUntil', NewValue: '2030-02-01T12:00:00Z' });
  });

  it('has no event of a write that was refused', async () => {
    const id = await make(coupon('FOREVER'));
    const before = await of(id);
    expect((await admin.delete(`${COUPONS}/${id}`)).status).toBe(400);
    expect(await of(id)).toEqual(before);
  });

  it('cuts long values', async () => {
    const id = await make(coupon('LONG', { SystemId: 'x'.repeat(2_000) }));
    const [created] = await of(id);
    expect(created?.['Changes']).toContainEqual(change('SystemId', null, 'x'.repeat(1_000)));
  });
});

describe('the audit trail of refresh tokens', () => {
  it('says which members an edit changed, and never the ticket', async () => {
    const id = await create(admin, { SystemId: 'old' });
    const edit = { Id: id, ClientId: 'web', ExpiresOn: '2031-01-01T00:00:00Z', TicketHash: 'b2xk', SystemId: null };
    await admin.put(RESOURCE, validRecord(edit));
    const entry = the((await events(service, { Kind: 'record-updated', EntityId: String(id) })).at(-1));
    expect(entry).toMatchObject({ EntityShortName: 'RefreshToken', AuditType: 2, PropertyName: null });
    expect(entry['Changes']).toEqual([
      change('ClientId', 'mobile-app', 'web'),
      change('ExpiresOn', '2030-01-31T12:00:00Z', '2031-01-01T00:00:00Z'),
      change('SystemId', 'old', null),
    ]);
    await admin.put(RESOURCE, validRecord({ ...edit, ClientId: 'phone' }));
    const [only] = await events(service, { NewValue: 'phone' });
    expect(only).toMatchObject({ PropertyName: 'ClientId', OldValue: 'web', EntityId: id });
  });
});
