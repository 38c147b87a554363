import { basicOf, create, RESOURCE, validRecord, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const UUID_7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const WRITER = 'admin@example.com';

/** The write envelope of contract 1.3, in its order. */
function envelope(did: string, id: unknown, by = WRITER): [string, unknown][] {
  return [
    ['Status', 200],
    ['Message', `RefreshToken was successfully ${did}.`],
    ['Value', { Id: id }],
    ['OpenInDialog', false],
    ['OpenInWindow', false],
    ['RedirectURL', null],
    ['JavaScript', null],
    ['UpdatedOn', expect.stringMatching(DATE)],
    ['UpdatedBy', by],
    ['Errors', null],
    ['WasSuccessful', true],
  ];
}

describe('a record', () => {
  let service: Service;
  let admin: Client;
  const read = async (id: number): Promise<Record<string, unknown>> =>
    (await admin.get(`${RESOURCE}/${id}`)).body as Record<string, unknown>;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  it('is created, and the answer is the write envelope of contract 1.3, member for member', async () => {
    const { status, body } = await admin.post(RESOURCE, validRecord());
    expect(status).toBe(200);
    expect(Object.entries(body)).toEqual(envelope('created', expect.any(Number)));
    expect(Number.isSafeInteger(body.Value.Id)).toBe(true);
  });

  it('is read with its sixteen members, in the order of contract 1.1, with nulls', async () => {
    const id = await create(admin);
    const { status, headers, body } = await admin.get(`${RESOURCE}/${id}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.entries(body)).toEqual([
      ['Subject', 'ada@example.com'],
      ['ClientId', 'mobile-app'],
      ['ExpiresOn', '2030-01-31T12:00:00Z'],
      ['ProtectedTicket', 'sealed-ticket'],
      ['TicketHash', 'aGFzaA=='],
      ['TicketSalt', 'c2FsdA=='],
      ['Id', id],
      ['UpdatedOn', expect.stringMatching(DATE)],
      ['CreatedOn', expect.stringMatching(DATE)],
      ['UniqueId', expect.stringMatching(UUID_7)],
      ['UpdatedBy', WRITER],
      ['IsNew', true],
      ['SystemId', null],
      ['ToStringText', 'ada@example.com (mobile-app)'],
      ['LocalizationDetails', null],
      ['CustomFields', null],
    ]);
    expect(body.UpdatedOn).toBe(body.CreatedOn);
  });

  it('is replaced as a whole by an update, and then names the user who updated it', async () => {
    const id = await create(admin, { SystemId: 'crm-1' });
    const before = await read(id);
    expect(before).toMatchObject({ SystemId: 'crm-1', UpdatedBy: WRITER });
    const change = {
      Subject: 'grace@example.com',
      ClientId: 'web',
      ExpiresOn: '2031-02-28T23:59:59Z',
      ProtectedTicket: 'other-ticket',
      TicketHash: 'other-hash',
      TicketSalt: 'other-salt',
    };
    const { status, body } = await service.client(basicOf('edit')).put(RESOURCE, { Id: id, ...change });
    expect(status).toBe(200);
    expect(Object.entries(body)).toEqual(envelope('updated', id, 'edit@example.com'));
    expect(await read(id)).toEqual({
      ...before,
      ...change,
      SystemId: null,
      ToStringText: 'grace@example.com (web)',
      UpdatedBy: 'edit@example.com',
      UpdatedOn: body.UpdatedOn,
    });
  });

  it('is gone after its deletion; the answer names the user who deleted it', async () => {
    const id = await create(admin);
    const { status, body } = await service.client(basicOf('delete')).delete(`${RESOURCE}/${id}`);
    expect(status).toBe(200);
    expect(Object.entries(body)).toEqual(envelope('deleted', id, 'delete@example.com'));
    expect((await admin.get(`${RESOURCE}/${id}`)).status).toBe(404);
  });

  it.each([
    ['get', 999_999_999],
    ['delete', 999_999_999],
    ['put', 999_999_999],
    ['get', Number.MAX_SAFE_INTEGER],
    ['delete', Number.MAX_SAFE_INTEGER],
    ['put', Number.MAX_SAFE_INTEGER],
  ] as const)('is not found by %s of the unknown id %d', async (method, id) => {
    const answer =
      method === 'put' ? await admin.put(RESOURCE, validRecord({ Id: id })) : await admin[method](`${RESOURCE}/${id}`);
    expect(answer.status).toBe(404);
    expect(Object.entries(answer.body)).toEqual([
      ['Status', 404],
      ['Message', `There is no RefreshToken with Id ${id}.`],
      ['Value', null],
      ['Errors', null],
      ['WasSuccessful', false],
    ]);
  });

  const readOnly = {
    UniqueId: '00000000-0000-7000-8000-000000000000',
    CreatedOn: '2001-01-01T00:00:00Z',
    UpdatedOn: 'not a date',
    UpdatedBy: 'mallory@example.com',
    IsNew: false,
    ToStringText: 7,
    LocalizationDetails: [1],
    CustomFields: { a: 1 },
    TypeName: 'Nexudus.Coworking.Core.RefreshToken',
    constructor: 'x',
    toString: null,
    'a.b': 1,
  };

  it('ignores read-only and unknown members when it is created', async () => {
    const id = await create(admin, { ...readOnly, Id: 0 });
    expect(id).toBeGreaterThan(0);
    expect(await read(id)).toMatchObject({
      UniqueId: expect.not.stringMatching(readOnly.UniqueId) as string,
      CreatedOn: expect.not.stringMatching(/^2001/) as string,
      UpdatedBy: WRITER,
      IsNew: true,
      ToStringText: 'ada@example.com (mobile-app)',
      LocalizationDetails: null,
      CustomFields: null,
    });
  });

  it('ignores read-only and unknown members in an update, so that a client can send back what it read', async () => {
    const id = await create(admin);
    const before = await read(id);
    expect((await admin.put(RESOURCE, { ...before, ...readOnly })).status).toBe(200);
    expect(await read(id)).toEqual({ ...before, UpdatedOn: expect.stringMatching(DATE) as string });
  });

  it('may already have expired', async () => {
    const id = await create(admin, { ExpiresOn: '1999-12-31T23:59:59Z' });
    expect(await read(id)).toMatchObject({ ExpiresOn: '1999-12-31T23:59:59Z' });
  });

  it('may be created and updated by a form', async () => {
    const text = { Subject: 'zoë & co = 100% + 😀', SystemId: 'a b' };
    const created = await admin.form('POST', RESOURCE, validRecord(text) as Record<string, string>);
    expect(created.status).toBe(200);
    const id = created.body.Value.Id as number;
    expect(await read(id)).toMatchObject(text);
    const fields = validRecord({ Id: String(id), Subject: 'changed' }) as Record<string, string>;
    expect((await admin.form('PUT', RESOURCE, fields)).status).toBe(200);
    expect(await read(id)).toMatchObject({ Subject: 'changed', SystemId: null });
  });

  it('stores text exactly as it was sent', async () => {
    const text = { Subject: ' a\'b"c\\d\t\n\u{1f600}é\u0301 ', SystemId: '\u0001\uffff\u{10ffff}' };
    const id = await create(admin, { ...text, ClientId: '-- ; DROP TABLE refresh_tokens' });
    expect(await read(id)).toMatchObject({ ...text, ClientId: '-- ; DROP TABLE refresh_tokens' });
  });

  it.each([
    ['Subject', 512],
    ['ClientId', 512],
    ['TicketHash', 1_024],
    ['TicketSalt', 1_024],
    ['SystemId', 4_000],
    ['ProtectedTicket', 65_536],
  ])('accepts a %s of up to %d characters, however many bytes each character has', async (member, limit) => {
    const longest = member === 'ProtectedTicket' ? ['x'] : ['x', 'é', '😀'];
    for (const character of longest) {
      const value = character.repeat(limit);
      const id = await create(admin, { [member]: value });
      expect((await read(id))[member]).toBe(value);
      const { status, body } = await admin.post(RESOURCE, validRecord({ [member]: `${value}x` }));
      expect(status).toBe(400);
      expect(body.Message).toBe(`${member}: must have at most ${limit} characters`);
    }
  });

  it('has dates in UTC, in whole seconds, close to now', async () => {
    const { body } = await admin.post(RESOURCE, validRecord());
    expect(Math.abs(Date.parse(body.UpdatedOn as string) - Date.now())).toBeLessThan(60_000);
  });
});
