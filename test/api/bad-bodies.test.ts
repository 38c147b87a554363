import { basicOf, countRecords, RESOURCE, validRecord, create, type Client } from '../support/client.js';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const LIMIT = 256 * 1024;
const NOT_AN_OBJECT = 'The body must be an object: JSON, or a form.';
const NOT_JSON = 'The body is not valid JSON.';
const TOO_DEEP = 'The body is nested deeper than 32 levels.';
const NOT_UTF_8 = 'The body is not UTF-8.';
const FORBIDDEN = 'The body must not have a member named __proto__.';
const BROKEN_FORM = 'The body is malformed: its percent-encoding is incomplete or not UTF-8.';
const valid = JSON.stringify(validRecord());
const form = new URLSearchParams(validRecord() as Record<string, string>).toString();
/** A valid body with one more member. */
const withMember = (member: string) => valid.replace('{', `{${member},`);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

const REFUSED: readonly (readonly [what: string, type: string, body: string | Uint8Array, message: string])[] = [
  ['an array', JSON_TYPE, '[]', NOT_AN_OBJECT],
  ['an array of records', JSON_TYPE, `[${valid}]`, NOT_AN_OBJECT],
  ['a string', JSON_TYPE, '"text"', NOT_AN_OBJECT],
  ['a number', JSON_TYPE, '7', NOT_AN_OBJECT],
  ['true', JSON_TYPE, 'true', NOT_AN_OBJECT],
  ['null', JSON_TYPE, 'null', NOT_AN_OBJECT],
  ['an empty body', JSON_TYPE, '', NOT_AN_OBJECT],
  ['white space', JSON_TYPE, ' \n', NOT_JSON],
  ['truncated JSON', JSON_TYPE, valid.slice(0, -1), NOT_JSON],
  ['JSON with a tail', JSON_TYPE, `${valid}x`, NOT_JSON],
  ['JSON with a comment', JSON_TYPE, `${valid}//`, NOT_JSON],
  ['JSON with single quotes', JSON_TYPE, valid.replaceAll('"', "'"), NOT_JSON],
  ['NaN', JSON_TYPE, '{"Subject":NaN}', NOT_JSON],
  ['a form called JSON', JSON_TYPE, form, NOT_JSON],
  ['a raw control character', JSON_TYPE, withMember('"x":"\u0001"'), NOT_JSON],
  ['100,000 nested arrays', JSON_TYPE, withMember(`"x":${'['.repeat(1e5)}${']'.repeat(1e5)}`), TOO_DEEP],
  ['nested objects', JSON_TYPE, `${'{"a":'.repeat(3e4)}1${'}'.repeat(3e4)}`, TOO_DEEP],
  ['100,000 open arrays', JSON_TYPE, '['.repeat(1e5), TOO_DEEP],
  ['levels after a string with quotes', JSON_TYPE, `{"\\"[":${'['.repeat(40)}${']'.repeat(40)}}`, TOO_DEEP],
  ['JSON in Latin-1', JSON_TYPE, latin1(withMember('"x":"\u00e9"')), NOT_UTF_8],
  [
    'an encoded surrogate',
    JSON_TYPE,
    Buffer.concat([latin1('{"x":"'), latin1('\u00ed\u00a0\u0080'), latin1('"}')]),
    NOT_UTF_8,
  ],
  ['an over-long encoding', JSON_TYPE, latin1('{"x":"\u00c0\u0080"}'), NOT_UTF_8],
  ['JSON in UTF-16', JSON_TYPE, Buffer.from(`\ufeff${valid}`, 'utf16le'), NOT_UTF_8],
  ['__proto__', JSON_TYPE, withMember('"__proto__":{"isAdministrator":true}'), FORBIDDEN],
  ['__proto__, escaped', JSON_TYPE, withMember('"\\u005f\\u005fproto\\u005f_":{"Subject":"x"}'), FORBIDDEN],
  ['__proto__, nested', JSON_TYPE, withMember('"x":[{"__proto__":null}]'), FORBIDDEN],
  ['__proto__ in a form', FORM_TYPE, `${form}&__proto__=x`, FORBIDDEN],
  ['__proto__, encoded, in a form', FORM_TYPE, `${form}&%5F_proto_%5f=x`, FORBIDDEN],
  ['a form with half a percent-encoding', FORM_TYPE, `${form}&x=%4`, BROKEN_FORM],
  ['a form with an invalid percent-encoding', FORM_TYPE, `${form}&x=%zz`, BROKEN_FORM],
  ['a form with a broken name', FORM_TYPE, `${form}&%=x`, BROKEN_FORM],
  ['a form encoded as Latin-1', FORM_TYPE, `${form}&x=%e9`, BROKEN_FORM],
  ['a form with an encoded surrogate', FORM_TYPE, `${form}&x=%ed%a0%80`, BROKEN_FORM],
  ['a form in Latin-1', FORM_TYPE, latin1(`${form}&x=\u00e9`), NOT_UTF_8],
];

describe('a body', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
    await create(admin);
  });
  afterAll(() => service.dispose());

  const send = (method: string, type: string | undefined, body: string | Uint8Array) =>
    admin.send(method, RESOURCE, { headers: type === undefined ? {} : { 'content-type': type }, body });

  describe('that cannot be read', () => {
    let records: number;
    beforeAll(async () => {
      records = await countRecords(admin);
    });
    afterEach(async () => {
      expect(await countRecords(admin)).toBe(records);
    });

    it.each(REFUSED)('is refused: %s', async (_what, type, body, message) => {
      for (const method of ['POST', 'PUT']) {
        const { status, text } = await send(method, type, body);
        expect(JSON.parse(text)).toEqual({
          Status: 400,
          Message: message,
          Value: null,
          Errors: null,
          WasSuccessful: false,
        });
        expect(status).toBe(400);
      }
    });

    it.each([
      ['nothing', ''],
      ['ampersands', '&&&'],
      ['a name without a value', 'Subject'],
      ['unknown names', 'a[b]=c&constructor=x&constructor[prototype][y]=z&=&=x'],
    ])('is a form without the required members: %s', async (_what, body) => {
      const { status, body: failure } = await send('POST', FORM_TYPE, body);
      expect(status).toBe(400);
      expect(failure.Errors).toHaveLength(6);
    });

    it.each([
      'text/plain',
      'text/json',
      'application/xml',
      'application/merge-patch+json',
      'application/json-patch+json',
      'application/vnd.api+json',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'application/jsonp',
      'application',
      '*/*',
      'application/json, text/plain',
    ])('is refused with 415: %s', async (type) => {
      for (const method of ['POST', 'PUT']) {
        const { status, body } = await send(method, type, valid);
        expect(status).toBe(415);
        expect(body).toEqual({
          Status: 415,
          Message: 'The body must be application/json or application/x-www-form-urlencoded.',
          Value: null,
          Errors: null,
          WasSuccessful: false,
        });
      }
    });

    it('is refused when it has no content type, or is absent', async () => {
      expect((await send('POST', undefined, Buffer.from(valid))).status).toBe(415);
      const absent = await admin.send('POST', RESOURCE);
      expect([absent.status, absent.body.Message]).toEqual([400, NOT_AN_OBJECT]);
      expect((await admin.send('PUT', RESOURCE)).status).toBe(400);
    });

    it('is refused with 413 when it is larger than 256 KiB, with or without a Content-Length', async () => {
      const chunk = `${LIMIT.toString(16)}\r\n${' '.repeat(LIMIT)}\r\n1\r\n \r\n0\r\n\r\n`;
      const head = `POST ${RESOURCE} HTTP/1.1\r\nhost: x\r\nauthorization: ${basicOf('admin')}\r\nconnection: close\r\n`;
      for (const { status, text } of [
        await send('POST', JSON_TYPE, valid.padEnd(LIMIT + 1)),
        await send('PUT', JSON_TYPE, valid.padEnd(LIMIT + 1)),
        await send('POST', FORM_TYPE, form.padEnd(LIMIT + 1, '&')),
        await raw(service.url, `${head}content-type: ${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`),
      ]) {
        expect(status).toBe(413);
        const Message = 'The body is larger than 256 KiB.';
        expect(JSON.parse(text)).toEqual({ Status: 413, Message, Value: null, Errors: null, WasSuccessful: false });
      }
    });
  });

  it.each([
    ['of exactly 256 KiB', JSON_TYPE, valid.padEnd(LIMIT)],
    ['with a charset', 'application/json; charset=utf-8', valid],
    ['with an upper-case type', 'Application/JSON', valid],
    ['with a byte order mark', JSON_TYPE, `\ufeff${valid}`],
    ['of 32 levels', JSON_TYPE, withMember(`"x":${'['.repeat(31)}${']'.repeat(31)}`)],
    ['with brackets in a string', JSON_TYPE, withMember(`"x":"${'['.repeat(50)}\\"${'{'.repeat(50)}\\\\"`)],
    ['with unusual member names', JSON_TYPE, withMember('"constructor":1,"toString":2,"prototype":3,"":4')],
    ['a form with a charset', `${FORM_TYPE}; charset=UTF-8`, form],
    ['a form with empty pairs', FORM_TYPE, `&&${form}&&`],
  ])('is accepted: %s', async (_what, type, body) => {
    const { status } = await admin.send('POST', RESOURCE, { headers: { 'content-type': type }, body });
    expect(status).toBe(200);
  });

  it.each([JSON_TYPE, FORM_TYPE])('may be empty for DELETE, even when its type is declared: %s', async (type) => {
    const path = `${RESOURCE}/${await create(admin)}`;
    expect((await admin.send('DELETE', path, { headers: { 'content-type': type } })).status).toBe(200);
    expect((await admin.get(path)).status).toBe(404);
  });
});
