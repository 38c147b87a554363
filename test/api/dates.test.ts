import { basicOf, create, RESOURCE, validRecord, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

const ACCEPTED: readonly (readonly [sent: string, stored: string])[] = [
  ['2030-01-31T12:34', '2030-01-31T12:34:00Z'],
  ['2030-01-31T12:34Z', '2030-01-31T12:34:00Z'],
  ['2030-01-31T12:34+02:00', '2030-01-31T10:34:00Z'],
  ['2030-01-31T12:34:56', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56Z', '2030-01-31T12:34:56Z'],
  ['2030-01-31t12:34:56z', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56.7', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56.999Z', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56.1234567Z', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56.123456789012Z', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56,5Z', '2030-01-31T12:34:56Z'],
  ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59Z'],
  ['2030-01-31T12:34:56+00:00', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56-00:00', '2030-01-31T12:34:56Z'],
  ['2030-01-31T12:34:56+05:30', '2030-01-31T07:04:56Z'],
  ['2030-01-31T12:34:56-0330', '2030-01-31T16:04:56Z'],
  ['2030-01-31T12:34:56+02', '2030-01-31T10:34:56Z'],
  ['2030-01-31T12:34:56.5+14:00', '2030-01-30T22:34:56Z'],
  ['2030-12-31T23:30:00-01:00', '2031-01-01T00:30:00Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ['1800-06-01T12:34:56Z', '1800-06-01T12:34:56Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
];

const REFUSED: readonly unknown[] = [
  '2030-02-30T12:00:00Z',
  '2029-02-29T12:00:00Z',
  '2100-02-29T12:00:00Z',
  '2030-04-31T12:00:00Z',
  '2030-13-01T12:00:00Z',
  '2030-00-10T12:00:00Z',
  '2030-01-00T12:00:00Z',
  '2030-01-31T24:00:00Z',
  '2030-01-31T12:60:00Z',
  '2030-01-31T12:00:60Z',
  '2030-01-31T12:00:00+25:00',
  '2030-01-31T12:00:00+02:60',
  '2030-01-31T12:00:00+2:00',
  '2030-01-31T12:00:00+',
  '2030-01-31T12:00:00 Z',
  '2030-01-31T12:00:00ZZ',
  '2030-01-31T12:00:00.Z',
  '2030-01-31T12:00.5Z',
  '2030-01-31T12Z',
  '2030-01-31',
  '2030-01',
  '2030-01-31 12:00:00',
  ' 2030-01-31T12:00:00Z',
  '2030-01-31T12:00:00Z\n',
  '20300131T120000Z',
  '2030-W05-4T12:00:00Z',
  '2030-031T12:00:00Z',
  '+002030-01-31T12:00:00Z',
  '-2030-01-31T12:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '10000-01-01T00:00:00Z',
  '31/01/2030 12:00',
  'Thu, 31 Jan 2030 12:00:00 GMT',
  '/Date(1895832000000)/',
  '1895832000',
  'now',
  'infinity',
  '２０３０-01-31T12:00:00Z',
  '2030-01-31T12:00:00Z\0',
  1_895_832_000,
  0,
  true,
  false,
  [],
  ['2030-01-31T12:00:00Z'],
  {},
  { $date: '2030-01-31T12:00:00Z' },
];

describe('dates', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    // A zone that was once 19 minutes and 32 seconds off UTC. Stored dates must not depend on the zone of the service.
    service = await Service.start({ TZ: 'Europe/Amsterdam' });
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  it.each(ACCEPTED)('reads %s as %s', async (sent, stored) => {
    const id = await create(admin, { ExpiresOn: sent });
    expect((await admin.get(`${RESOURCE}/${id}`)).body.ExpiresOn).toBe(stored);
  });

  it.each(ACCEPTED)('finds the stored date with %s', async (sent, stored) => {
    const id = await create(admin, { ExpiresOn: sent, Subject: 'searched' });
    const query = `RefreshToken_ExpiresOn=${encodeURIComponent(sent)}&RefreshToken_Id=${id}`;
    const { status, body } = await admin.get(`${RESOURCE}?${query}`);
    expect(status).toBe(200);
    expect(body.Records).toMatchObject([{ Id: id, ExpiresOn: stored }]);
  });

  it.each(REFUSED)('refuses %j', async (sent) => {
    const { status, body } = await admin.post(RESOURCE, validRecord({ ExpiresOn: sent }));
    expect(status).toBe(400);
    const message = 'must be an existing date and time, such as 2030-01-31T12:00:00Z';
    expect(body).toEqual({
      Message: `ExpiresOn: ${message}`,
      Value: null,
      Errors: [{ AttemptedValue: sent, Message: message, PropertyName: 'ExpiresOn' }],
      WasSuccessful: false,
    });
  });
});
