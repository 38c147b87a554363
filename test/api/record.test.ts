import { basicOf, RESOURCE, validRecord, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

describe('a record', () => {
  let service: Service;
  let admin: Client;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  afterAll(() => service.dispose());

  it('is created, and answered by the write envelope of contract 1.3, member for member', async () => {
    const { status, body } = await admin.post(RESOURCE, validRecord());
    expect(status).toBe(200);
    expect(Object.entries(body)).toEqual([
      ['Status', 200],
      ['Message', 'RefreshToken was successfully created.'],
      ['Value', { Id: expect.any(Number) as number }],
      ['OpenInDialog', false],
      ['OpenInWindow', false],
      ['RedirectURL', null],
      ['JavaScript', null],
      ['UpdatedOn', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)],
      ['UpdatedBy', 'admin@example.com'],
      ['Errors', null],
      ['WasSuccessful', true],
    ]);
  });
});
