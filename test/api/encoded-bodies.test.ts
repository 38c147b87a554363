import { gzipSync } from 'node:zlib';
import { basicOf, countRecords, RESOURCE, validRecord } from '../support/client.js';
import { Service } from '../support/service.js';

const MESSAGE = 'The body must be sent without Content-Encoding: no encoding is supported.';
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.dispose());

describe('a body with a content coding', () => {
  it.each(['gzip', 'GZIP', 'br', 'deflate', 'zstd', 'gzip, gzip', 'identity, gzip', 'nonsense'])(
    'is refused, and the answer names the accepted codings: %s',
    async (coding) => {
      const admin = service.client(basicOf('admin'));
      const before = await countRecords(admin);
      for (const body of [gzipSync(JSON.stringify(validRecord())), JSON.stringify(validRecord())]) {
        const headers = { ...JSON_TYPE, 'content-encoding': coding };
        const answer = await admin.send('POST', RESOURCE, { headers, body });
        expect([answer.status, answer.headers.get('accept-encoding'), answer.body]).toEqual([
          415,
          'identity',
          { Status: 415, Message: MESSAGE, Value: null, Errors: null, WasSuccessful: false },
        ]);
      }
      expect(await countRecords(admin)).toBe(before);
    },
  );

  it.each(['/api/token', '/api/token/revoke', '/api/token/introspect'])(
    'is refused in the form of OAuth at %s',
    async (path) => {
      const headers = { ...FORM_TYPE, 'content-encoding': 'gzip' };
      const answer = await service.client().send('POST', path, { headers, body: gzipSync('token=x') });
      expect([answer.status, answer.headers.get('accept-encoding'), answer.body]).toEqual([
        415,
        'identity',
        { error: 'invalid_request', error_description: MESSAGE },
      ]);
    },
  );

  it('is refused like any other body on a path that does not offer the method', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    expect((await service.client().send('PATCH', RESOURCE, { headers, body: gzipSync('{}') })).status).toBe(405);
  });
});

describe('a request without a content coding', () => {
  it.each(['identity', 'Identity', ''])('may say so: Content-Encoding %j', async (coding) => {
    const headers = { ...JSON_TYPE, 'content-encoding': coding };
    const body = JSON.stringify(validRecord());
    expect((await service.client(basicOf('admin')).send('POST', RESOURCE, { headers, body })).status).toBe(200);
  });

  it('may name a coding if it has no body', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await service.client(basicOf('admin')).send('GET', RESOURCE, { headers })).status).toBe(200);
  });
});
