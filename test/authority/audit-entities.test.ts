import { basicOf, create, RESOURCE, validRecord, type Client } from '../support/client.js';
import { runCli } from '../support/cli.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, events, login, recordOf, revoke, the, type AuditEntry } from '../support/sessions.js';

const MEMBERS = ['EntityShortName', 'EntityId', 'AuditType', 'PropertyName', 'OldValue', 'NewValue', 'ActionBy'];
const ENTRIES = '/api/sys/audittrailentries';

let service: Service;
let admin: Client;
let record: number;
let session: number;

const valuesOf = (entry: AuditEntry | undefined): unknown[] => MEMBERS.map((member) => the(entry)[member]);
const found = async (search: Record<string, string>): Promise<AuditEntry> =>
  the((await events(service, search)).at(-1));

beforeAll(async () => {
  service = await Service.start();
  admin = service.client(basicOf('admin'));
  record = await create(admin);
  await admin.put(RESOURCE, validRecord({ Id: record }));
  await admin.get(`${RESOURCE}?id=[${record},${await create(admin)}]`);
  await admin.delete(`${RESOURCE}/${record}`);
  const tokens = await login(service, 'all', 'entities');
  session = the(await recordOf(service, tokens)).Id;
  await revoke(service, tokens.refresh, 'entities');
  await service.freeData();
  for (const command of ['grant', 'withdraw']) {
    expect((await runCli(service.dataDir, ['users', command, 'none@example.com', 'RefreshToken-Read'])).code).toBe(0);
  }
  await service.resume();
}, 300_000);
afterAll(() => disposeWithoutLeaks(service));

describe('the members of Nexudus’s audit trail', () => {
  it('name the record that was created, updated, read or deleted, and the actor', async () => {
    const of = async (Kind: string): Promise<unknown[]> => valuesOf(await found({ Kind, EntityId: String(record) }));
    const ofRecord = (type: number | null): unknown[] => [
      'RefreshToken',
      record,
      type,
      null,
      null,
      null,
      'admin@example.com',
    ];
    expect(await of('record-created')).toEqual(ofRecord(1));
    expect(await of('record-updated')).toEqual(ofRecord(2));
    expect(await of('record-deleted')).toEqual(ofRecord(3));
    const batch = await found({ Kind: 'record-read', Reason: 'batch' });
    expect(valuesOf(batch)).toEqual(['RefreshToken', null, null, null, null, null, 'admin@example.com']);
  });

  it('show a sign-in as the creation of a session, and the end of a session as a deletion', async () => {
    const ofSession = (type: number, by: string): unknown[] => ['RefreshToken', session, type, null, null, null, by];
    expect(valuesOf(await found({ Kind: 'login', EntityId: String(session) }))).toEqual(
      ofSession(1, 'all@example.com'),
    );
    expect(valuesOf(await found({ Kind: 'session-ended', EntityId: String(session) }))).toEqual(ofSession(3, 'client'));
  });

  it('name the role that was granted or withdrawn', async () => {
    const [granted, withdrawn] = await events(service, {
      EntityShortName: 'User',
      AuditType: '2',
      Subject: 'none@example.com',
    });
    const by: unknown = expect.stringContaining('command line');
    expect(valuesOf(granted)).toEqual(['User', null, 2, 'Roles', null, 'RefreshToken-Read', by]);
    expect(valuesOf(withdrawn)).toEqual(['User', null, 2, 'Roles', 'RefreshToken-Read', null, by]);
  });

  it('can be searched by, each alone: the search finds the events with the value and no other events', async () => {
    const all = (await admin.get(`${ENTRIES}?size=1000`)).body.Records as AuditEntry[];
    for (const member of MEMBERS) {
      const values = [...new Set(all.map((entry) => entry[member]))];
      expect([member, values.length > 1]).toEqual([member, true]);
      for (const value of values) {
        const wanted = all.filter((entry) => entry[member] === value).map(({ Id }) => Id);
        const query = `AuditTrailEntry_${member}=${value === null ? 'null' : encodeURIComponent(value as string | number)}`;
        const answer = await admin.get(`${ENTRIES}?size=1000&to_AuditTrailEntry_CreatedOn=${last(all)}&${query}`);
        const ids = (answer.body.Records as AuditEntry[]).map(({ Id }) => Id).filter((id) => Number(id) <= newest(all));
        expect([query, ids]).toEqual([query, wanted]);
      }
    }
  });
});

describe('null and notnull in the search of the audit trail', () => {
  it.each(['Subject', 'ClientId', 'SessionId', 'Reason', 'Address', 'RequestId', 'LastAddress', 'LastRequestId'])(
    'split the events by %s',
    async (member) => {
      const none = await events(service, { [member]: 'null' });
      const some = await events(service, { [member]: 'notnull' });
      expect(none.length > 0 && some.length > 0).toBe(true);
      expect([
        ...none.filter((entry) => entry[member] !== null),
        ...some.filter((entry) => entry[member] === null),
      ]).toEqual([]);
    },
  );

  it('find none or all for Id, kind, actor and time, which every event has', async () => {
    for (const member of ['Id', 'Kind', 'Actor', 'EntityShortName', 'ActionBy']) {
      expect(await events(service, { [member]: 'null' })).toEqual([]);
      expect((await events(service, { [member]: 'notnull' })).length).toBeGreaterThan(0);
    }
    const { body } = await admin.get(
      `${ENTRIES}?from_AuditTrailEntry_CreatedOn=null&to_AuditTrailEntry_CreatedOn=notnull`,
    );
    expect(body.TotalItems).toBe(0);
  });

  it('can be combined with a date', async () => {
    const { body } = await admin.get(
      `${ENTRIES}?from_AuditTrailEntry_CreatedOn=2020-01-01&AuditTrailEntry_Subject=notnull`,
    );
    expect(body.TotalItems).toBeGreaterThan(0);
    const { body: old } = await admin.get(`${ENTRIES}?to_AuditTrailEntry_CreatedOn=2020-01-01`);
    expect(old.TotalItems).toBe(0);
  });
});

const newest = (entries: readonly AuditEntry[]): number => Math.max(...entries.map(({ Id }) => Id as number));
const last = (entries: readonly AuditEntry[]): string => String(the(entries.at(-1))['CreatedOn']);
