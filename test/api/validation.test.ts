import { basicOf, countRecords, create, failedNames, RESOURCE, validRecord, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const REQUIRED = 'is a required field';
const NOT_TEXT = 'must be a string';
const NOT_A_DATE = 'must be an existing date and time, such as 2030-01-31T12:00:00Z';
const NOT_AN_ID = 'must be a positive integer below 2^53';
const TICKETS = ['ProtectedTicket', 'TicketHash', 'TicketSalt'];
const TEXTS = ['Subject', 'ClientId', ...TICKETS, 'SystemId'];
const REQUIRED_MEMBERS = ['Subject', 'ClientId', 'ExpiresOn', ...TICKETS];
const LIMITS: Readonly<Record<string, number>> = {
  Subject: 512,
  ClientId: 512,
  SystemId: 4_000,
  TicketHash: 1_024,
  TicketSalt: 1_024,
  ProtectedTicket: 65_536,
};
/** All characters that count as blank: every white space of Unicode, and the byte order mark. */
const WHITE_SPACE = '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const WRONG_TYPES = [0, 1, -1.5, true, false, [], ['a'], [null], {}, { a: 1 }, { a: { b: ['c'] } }];

describe('a record that does not validate', () => {
  let service: Service;
  let admin: Client;
  let records: number;
  let existing: number;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    existing = await create(admin, { SystemId: 'untouched' });
    records = await countRecords(admin);
  });
  afterAll(async () => {
    try {
      expect(await countRecords(admin)).toBe(records);
      expect((await admin.get(`${RESOURCE}/${existing}`)).body).toMatchObject({ SystemId: 'untouched' });
    } finally {
      await service.dispose();
    }
  });

  /** Sends the body to create and, with the Id of a record, to update. Expects the same failure from both. */
  async function expectFailures(
    changes: Record<string, unknown>,
    failures: [string, string, unknown][],
  ): Promise<void> {
    const expected = {
      Message: failures.map(([name, message]) => `${name}: ${message}`).join('; '),
      Value: null,
      Errors: failures.map(([PropertyName, Message, AttemptedValue]) => ({ AttemptedValue, Message, PropertyName })),
      WasSuccessful: false,
    };
    for (const send of [
      () => admin.post(RESOURCE, validRecord(changes)),
      () => admin.put(RESOURCE, validRecord({ Id: existing, ...changes })),
    ]) {
      const { status, text } = await send();
      expect(text).toBe(JSON.stringify(expected));
      expect(status).toBe(400);
    }
  }

  it('is refused in exactly the words of contract 1.4', async () => {
    const { status, headers, text } = await admin.post(RESOURCE, validRecord({ Subject: undefined }));
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(text).toBe(
      '{"Message":"Subject: is a required field","Value":null,"Errors":[{"AttemptedValue":null,' +
        '"Message":"is a required field","PropertyName":"Subject"}],"WasSuccessful":false}',
    );
  });

  it.each(REQUIRED_MEMBERS)('lacks %s: absent, null, empty or blank', async (member) => {
    const echoed = (value: unknown) => (TICKETS.includes(member) ? null : value);
    for (const value of [undefined, null]) await expectFailures({ [member]: value }, [[member, REQUIRED, null]]);
    for (const value of ['', ' ', WHITE_SPACE, ...Array.from(WHITE_SPACE)])
      await expectFailures({ [member]: value }, [[member, REQUIRED, echoed(value)]]);
  });

  it.each(TEXTS)('has a %s of a wrong type', async (member) => {
    for (const value of WRONG_TYPES)
      await expectFailures({ [member]: value }, [[member, NOT_TEXT, TICKETS.includes(member) ? null : value]]);
  });

  it('has an ExpiresOn of a wrong type', async () => {
    for (const value of WRONG_TYPES) await expectFailures({ ExpiresOn: value }, [['ExpiresOn', NOT_A_DATE, value]]);
  });

  it.each(TEXTS)('has a %s that is too long', async (member) => {
    const limit = LIMITS[member] ?? 0;
    const echoed = (value: string) => (TICKETS.includes(member) ? null : value);
    const message = `must have at most ${limit} characters`;
    await expectFailures({ [member]: 'x'.repeat(limit + 1) }, [[member, message, echoed('x'.repeat(256))]]);
    if (limit < 65_536)
      await expectFailures({ [member]: '😀'.repeat(limit + 1) }, [[member, message, echoed('😀'.repeat(256))]]);
  });

  it.each(TEXTS)('has a %s with a character that cannot be stored', async (member) => {
    for (const [value, message] of [
      ['a\0b', 'must not contain the character U+0000'],
      ['\0', 'must not contain the character U+0000'],
      ['a\ud800b', 'must be well-formed Unicode, without lone surrogates'],
      ['\udc00\ud800', 'must be well-formed Unicode, without lone surrogates'],
    ] as const)
      await expectFailures({ [member]: value }, [[member, message, TICKETS.includes(member) ? null : value]]);
  });

  it('gets every failed member named once, in the order of contract 1.1', async () => {
    const broken = Object.fromEntries(['SystemId', ...REQUIRED_MEMBERS].reverse().map((name) => [name, 5]));
    const failures = [...REQUIRED_MEMBERS, 'SystemId'].map((name): [string, string, unknown] => [
      name,
      name === 'ExpiresOn' ? NOT_A_DATE : NOT_TEXT,
      TICKETS.includes(name) ? null : 5,
    ]);
    await expectFailures(broken, failures);
    const answer = await admin.put(RESOURCE, { ...broken, Id: 'x' });
    expect(failedNames(answer)).toEqual([...REQUIRED_MEMBERS, 'Id', 'SystemId']);
  });

  it('is empty: every required member is missing', async () => {
    const { body } = await admin.post(RESOURCE, {});
    expect(body.Message).toBe(REQUIRED_MEMBERS.map((name) => `${name}: ${REQUIRED}`).join('; '));
  });

  it.each([
    ['a text', 'é'.repeat(300), 'é'.repeat(256)],
    ['a text whose 256th character has two UTF-16 units', `${'a'.repeat(255)}😀b`, `${'a'.repeat(255)}😀`],
    ['a structure', { a: 'x'.repeat(300) }, `{"a":"${'x'.repeat(250)}`],
    ['a structure that is short enough', ['x'.repeat(250)], ['x'.repeat(250)]],
  ])('gets %s back cut to 256 characters', async (_what, sent, echoed) => {
    await expectFailures({ ExpiresOn: sent }, [['ExpiresOn', NOT_A_DATE, echoed]]);
  });

  const noIds = [
    ...[0, -1, 1.5, 2 ** 53, 2 ** 63, 1e300, true, false, [], [1], {}],
    ...['0', '-1', '+1', '01', '1.0', '1e3', '0x10', ' 1', '1 ', 'one', '١', '9007199254740992', '9'.repeat(200)],
  ];
  it.each<[unknown, string]>([
    ...[undefined, null, '', ' '].map((id): [unknown, string] => [id, REQUIRED]),
    ...noIds.map((id): [unknown, string] => [id, NOT_AN_ID]),
  ])('has an invalid Id in an update: %j', async (sent, message) => {
    const { status, body } = await admin.put(RESOURCE, validRecord({ Id: sent }));
    expect(status).toBe(400);
    expect(body).toEqual({
      Message: `Id: ${message}`,
      Value: null,
      Errors: [{ AttemptedValue: sent ?? null, Message: message, PropertyName: 'Id' }],
      WasSuccessful: false,
    });
  });

  it('repeats a member in a form', async () => {
    const form = new URLSearchParams(validRecord() as Record<string, string>);
    form.append('Subject', 'again');
    const { status, body } = await admin.send('POST', RESOURCE, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    expect(status).toBe(400);
    expect(body.Errors).toEqual([
      { AttemptedValue: ['ada@example.com', 'again'], Message: NOT_TEXT, PropertyName: 'Subject' },
    ]);
  });
});
