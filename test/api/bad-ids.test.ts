import { basicOf, countRecords, create, RESOURCE, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const MESSAGE = 'The id must be a positive integer below 2^53.';

/** Invalid ids in a path. `$` stands for an existing id: an id with extra characters must not match that record. */
const NO_IDS = [
  '0',
  '00',
  '-1',
  '+1',
  '0$',
  '1.5',
  '$.0',
  '$.',
  '1e3',
  '$e0',
  '0x10',
  '0b1',
  '1_0',
  '1,000',
  '9007199254740992',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551617',
  '9'.repeat(10_000),
  `${'0'.repeat(10_000)}1`,
  '%20',
  '%20$',
  '$%20',
  '$%0a',
  '$%00',
  '%09$',
  'abc',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  '[$]',
  '{$}',
  '%5B$%5D',
  '$%2f',
  '$%2F..',
  '%2e%2e%2f$',
  '..%5c$',
  '$;',
  '$%3Fa=b',
  '$%23',
  '$%27',
  "$'%20OR%20'1'='1",
  '$%20OR%201=1',
  '$;DROP%20TABLE%20refresh_tokens',
  '%EF%BC%91',
  '%D9%A1',
  '%',
  '%zz',
  '%ff',
  '$%',
  '%2531',
  '__proto__',
  'constructor',
];

const NAMED = NO_IDS.map((text) => [text.slice(0, 40), text] as const);

describe('an invalid id', () => {
  let service: Service;
  let admin: Client;
  let existing: number;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    existing = await create(admin);
  });
  afterAll(async () => {
    try {
      expect(await countRecords(admin)).toBe(1);
    } finally {
      await service.dispose();
    }
  });

  it.each(NAMED)('is refused in a path: %s', async (_name, text) => {
    const path = `${RESOURCE}/${text.replace('$', String(existing))}`;
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await admin.send(method, path);
      expect(body).toEqual({ Status: 400, Message: MESSAGE, Value: null, Errors: null, WasSuccessful: false });
      expect(status).toBe(400);
    }
  });

  // In a search `null` asks for records without the member (contract 1.6).
  it.each(NAMED.filter(([, text]) => text !== 'null'))('is refused as a search parameter: %s', async (_name, text) => {
    const value = text.replace('$', String(existing));
    for (const name of ['RefreshToken_Id', 'Id']) {
      // A list of ids makes the request a batch.
      const isBatch = name === 'Id' && /^(\[|%5B)\$/.test(text);
      const { status } = await admin.get(`${RESOURCE}?${name}=${value}`);
      expect(status).toBe(isBatch ? 200 : 400);
    }
  });

  it('may be percent-encoded digit by digit when it is valid', async () => {
    const encoded = Array.from(String(existing), (digit) => `%3${digit}`).join('');
    expect((await admin.get(`${RESOURCE}/${encoded}`)).body.Id).toBe(existing);
  });
});
