import { basicOf, countRecords, create, failedNames, RESOURCE, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const ORDERS = [
  ...['Id', 'Subject', 'ClientId', 'ExpiresOn', 'UpdatedOn', 'CreatedOn', 'UniqueId', 'UpdatedBy', 'IsNew'],
  ...['SystemId', 'ToStringText'],
];
const PAGE = 'must be a whole number from 1 to 2147483647';
const SIZE = 'must be a whole number from 1 to 10000';
const ORDER = `must be one of ${ORDERS.join(', ')}`;
const DIR = 'must be 0 or ascending, or 1, -1 or descending';
const ID = 'must be a positive integer below 2^53';
const DATE = 'must be an existing date, or date and time, such as 2030-01-31 or 2030-01-31T12:00:00Z';
const EMPTY = 'must not be empty';
const ONCE = 'must be given once, as a single value';

const TEXTS = ['Subject', 'ClientId', 'SystemId', 'UpdatedBy', 'Address', 'Device'].map(
  (member) => `RefreshToken_${member}`,
);
const SECRETS = ['ProtectedTicket', 'TicketHash', 'TicketSalt'].map((member) => `RefreshToken_${member}`);
const DATES = ['ExpiresOn', 'CreatedOn', 'UpdatedOn'].flatMap((member) => [
  `from_RefreshToken_${member}`,
  `to_RefreshToken_${member}`,
]);
const NO_DATES = [
  '',
  '2030-02-30T00:00Z',
  '2030-02-30',
  '2030-02-30 12:00',
  '2030-1-1',
  '2030-01',
  '1',
  'now',
  '*',
  'Null',
  'not null',
];
const NO_TIMES = [
  '2030-01-01T00:00 +02:00',
  '2030-01-01  00:00',
  '2030-01-01 ',
  ' 2030-01-01',
  '2030-01-01 12',
  '2030-01-01Z',
  '2030-01-01+02:00',
];
const PARAMETERS = [
  ...['page', 'size', 'orderBy', 'dir', 'Id', 'UniqueId', 'RefreshToken_Id', 'RefreshToken_UniqueId'],
  'RefreshToken_ExpiresOn',
  ...[...TEXTS, ...SECRETS, ...DATES],
];
const NO_NUMBERS = ['', ' ', '0', '-1', '+1', '1.0', '1.5', '1e3', '0x10', '01', ' 1', 'x', '١', '9'.repeat(99)];

const BAD: readonly (readonly [name: string, message: string, values: readonly string[]])[] = [
  ['page', PAGE, [...NO_NUMBERS, '2147483648', '9007199254740993']],
  ['size', SIZE, [...NO_NUMBERS, '10001']],
  ['orderBy', ORDER, ['', 'id asc', 'TicketHash', 'ProtectedTicket', 'TicketSalt', 'record.id', '1', 'CustomFields']],
  ['orderBy', ORDER, ['constructor', '__proto__', 'toString', 'LocalizationDetails', 'Id,Subject', 'İd']],
  ['dir', DIR, ['', '2', '-0', '00', 'asc', 'desc', 'true', ' 0', 'constructor', '__proto__', 'valueOf', '0;']],
  ['RefreshToken_Id', ID, [...NO_NUMBERS, '9007199254740992', '9223372036854775808']],
  ['Id', ID, [...NO_NUMBERS, '9007199254740992', '1,2']],
  ...['RefreshToken_UniqueId', 'UniqueId'].map(
    (name) =>
      [
        name,
        'must be a UUID',
        ['', '1', 'g'.repeat(36), '{0-0}', `${'0'.repeat(8)}-0000`, '0'.repeat(32), 'NULL'],
      ] as const,
  ),
  ['page', PAGE, ['null', 'notnull']],
  ['size', SIZE, ['null']],
  ['orderBy', ORDER, ['null']],
  ['dir', DIR, ['notnull']],
  ...['RefreshToken_ExpiresOn', ...DATES].map((name) => [name, DATE, [...NO_DATES, ...NO_TIMES]] as const),
  ...TEXTS.map((name) => [name, EMPTY, ['']] as const),
  ...TEXTS.map((name) => [name, 'must not contain the character U+0000', ['\0', 'a\0*']] as const),
];

describe('a search with bad input', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    for (const Subject of ['a', 'b', 'c']) await create(admin, { Subject });
  });
  afterAll(async () => {
    try {
      expect(await countRecords(admin)).toBe(3);
    } finally {
      await service.dispose();
    }
  });

  const get = (query: string) => admin.get(`${RESOURCE}?${query}`);
  const failure = (name: string, message: string, attempted: unknown) => ({
    Message: `${name}: ${message}`,
    Value: null,
    Errors: [{ AttemptedValue: attempted, Message: message, PropertyName: name }],
    WasSuccessful: false,
  });

  it.each(BAD)('names %s and says it %s', async (name, message, values) => {
    for (const value of values) {
      for (const sent of [name, name.toUpperCase()]) {
        const { status, text } = await get(`${sent}=${encodeURIComponent(value)}`);
        expect(text).toBe(JSON.stringify(failure(name, message, value)));
        expect(status).toBe(400);
      }
    }
  });

  it.each(SECRETS)('never repeats the value that was sent as %s', async (name) => {
    expect((await get(`${name}=`)).body).toEqual(failure(name, EMPTY, null));
    expect((await get(`${name}=s3cret%00`)).body).toEqual(failure(name, 'must not contain the character U+0000', null));
    expect((await get(`${name}=s3cret&${name}=s3cret`)).body).toEqual(failure(name, ONCE, null));
    expect((await get(`${name}[]=s3cret`)).body).toEqual(failure(name, ONCE, null));
  });

  it.each(PARAMETERS.filter((name) => !SECRETS.includes(name)))(
    'refuses %s twice, as an array and as an object',
    async (name) => {
      for (const [query, attempted] of [
        [`${name}=1&${name}=2`, ['1', '2']],
        [`${name}=1&${name.toUpperCase()}=1`, ['1', '1']],
        [`${name}[]=1`, '1'],
        [`${name}[]=1&${name}[]=2`, ['1', '2']],
        [`${name}%5B0%5D=1`, '1'],
        [`${name}[x]=1`, '1'],
        [`${name}[__proto__]=1`, '1'],
        [`${name}[=1`, '1'],
        [`${name}=1&${name}[x]=2`, ['1', '2']],
      ] as const) {
        const { status, body } = await get(query);
        expect(body).toEqual(failure(name, ONCE, attempted));
        expect(status).toBe(400);
      }
    },
  );

  it('names every parameter that failed, in the order of the contract, whatever the order in the query', async () => {
    const answer = await get(
      'from_RefreshToken_ExpiresOn=x&RefreshToken_Id=x&dir=x&RefreshToken_Subject=&page=x&size=1',
    );
    expect(failedNames(answer)).toEqual([
      'page',
      'dir',
      'RefreshToken_Subject',
      'RefreshToken_Id',
      'from_RefreshToken_ExpiresOn',
    ]);
    expect(answer.body.Message).toContain(`page: ${PAGE}; dir: ${DIR}; RefreshToken_Subject: ${EMPTY}; `);
  });

  it('cuts the repeated value to 256 characters', async () => {
    expect((await get(`page=${'x'.repeat(300)}`)).body).toEqual(failure('page', PAGE, 'x'.repeat(256)));
    expect((await get(`page=${'%F0%9F%98%80'.repeat(300)}`)).body).toEqual(failure('page', PAGE, '😀'.repeat(256)));
  });

  it.each(['page=%', 'page=%zz', 'x=%e9', '%ff=1', 'RefreshToken_Subject=%ed%a0%80', '%', '&&&%c0%80&'])(
    'refuses a query with a broken encoding: %s',
    async (query) => {
      const { status, body } = await get(query);
      expect(status).toBe(400);
      const Message = 'The query is malformed: its percent-encoding is incomplete or not UTF-8.';
      expect(body).toEqual({ Status: 400, Message, Value: null, Errors: null, WasSuccessful: false });
    },
  );

  it.each([
    '',
    '&',
    '&&',
    '=',
    '&=&',
    '?',
    'unknown',
    'unknown[]=1&unknown=2',
    '__proto__=1&__proto__[page]=x',
    'page_=x',
  ])('ignores unknown parameters: %s', async (query) => {
    const { status, body } = await get(query);
    expect(status).toBe(200);
    expect(body).toMatchObject({ TotalItems: 3, CurrentPage: 1 });
  });

  const INJECTIONS = [
    "'",
    "' OR '1'='1",
    "' OR 1=1--",
    "a'; DROP TABLE refresh_tokens; --",
    "' UNION SELECT email, password_hash FROM users--",
    '1); DELETE FROM refresh_tokens; --',
    '1 OR 1=1',
    'id; DROP TABLE users',
    '(SELECT password_hash FROM users LIMIT 1)',
    '$1',
    ':filter0',
    '\\',
    '%',
    '"record"."id"',
    "1' AND pg_sleep(9)--",
  ];

  it.each(PARAMETERS)('treats SQL in %s as text', async (name) => {
    for (const sql of INJECTIONS.flatMap((text) => [text, `${text}*`])) {
      const { status, text, body } = await get(`${name}=${encodeURIComponent(sql)}`);
      expect(text).not.toMatch(/argon2|syntax|SELECT .*FROM .*"record"|password_hash FROM users \(/);
      if (status === 200) expect(body).toMatchObject({ Records: [], TotalItems: 0 });
      else expect([status, body.Errors[0].PropertyName]).toEqual([400, name]);
    }
  });
});
