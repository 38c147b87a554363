import { basicOf, create, failedNames, RESOURCE, validRecord, type Client } from '../support/client.js';
import { Service } from '../support/service.js';

describe('an update at the path of the record', () => {
  let service: Service;
  let admin: Client;
  let id: number;
  let other: number;
  const at = (record: number | string, body: unknown) => admin.put(`${RESOURCE}/${record}`, body);
  const subjectOf = async (record: number) => (await admin.get(`${RESOURCE}/${record}`)).body.Subject as string;

  beforeAll(async () => {
    service = await Service.start();
    admin = service.client(basicOf('admin'));
  });
  beforeEach(async () => {
    id = await create(admin, { Subject: 'before' });
    other = await create(admin, { Subject: 'other' });
  });
  afterAll(() => service.dispose());

  it.each([
    ['the same Id', () => ({ Id: id })],
    ['the same Id as text', () => ({ Id: String(id) })],
    ['no Id', () => ({})],
    ['a null Id', () => ({ Id: null })],
    ['an empty Id', () => ({ Id: '' })],
  ])('replaces the whole record when the body has %s', async (_what, sent) => {
    const { status, body } = await at(id, validRecord({ Subject: 'after', ...sent() }));
    expect([status, body]).toMatchObject([
      200,
      { Message: 'RefreshToken was successfully updated.', Value: { Id: id } },
    ]);
    expect([await subjectOf(id), await subjectOf(other)]).toEqual(['after', 'other']);
  });

  it('accepts a form, and any spelling of the path', async () => {
    const fields = validRecord({ Subject: 'form' }) as Record<string, string>;
    const { status } = await admin.form('PUT', `${RESOURCE.toUpperCase()}/${id}/`, fields);
    expect([status, await subjectOf(id)]).toEqual([200, 'form']);
  });

  it('refuses an Id that differs from the path, and changes neither record', async () => {
    const { status, body } = await at(id, validRecord({ Subject: 'after', Id: other }));
    const Message = `must be ${id}, the id of the path, or be absent`;
    expect([status, body]).toEqual([
      400,
      {
        Message: `Id: ${Message}`,
        Value: null,
        Errors: [{ AttemptedValue: other, Message, PropertyName: 'Id' }],
        WasSuccessful: false,
      },
    ]);
    expect([await subjectOf(id), await subjectOf(other)]).toEqual(['before', 'other']);
  });

  it('names the Id among all members that failed, in the order of the contract', async () => {
    expect(failedNames(await at(id, { Id: other, SystemId: 1, Subject: '' }))).toEqual([
      'Subject',
      'ClientId',
      'ExpiresOn',
      'ProtectedTicket',
      'TicketHash',
      'TicketSalt',
      'Id',
      'SystemId',
    ]);
    const { body } = await at(id, validRecord({ Id: 0 }));
    expect(body.Errors).toEqual([
      { AttemptedValue: 0, Message: 'must be a positive integer below 2^53', PropertyName: 'Id' },
    ]);
  });

  it.each(['0', 'x', '9007199254740992', '1.5'])(
    'refuses a path with an invalid id, whatever the body: %s',
    async (path) => {
      for (const body of [validRecord(), validRecord({ Id: id }), {}]) {
        const answer = await at(path, body);
        expect([answer.status, answer.body.Message]).toEqual([400, 'The id must be a positive integer below 2^53.']);
      }
    },
  );

  it('is 404 without a record, 400 without an object, 403 without the role, and needs the Id at the path of all records', async () => {
    const missing = await at(999_999_999, validRecord());
    expect([missing.status, missing.body.Status]).toEqual([404, 404]);
    expect((await at(id, [])).body.Message).toBe('The body must be an object: JSON, or a form.');
    expect((await service.client(basicOf('read')).put(`${RESOURCE}/${id}`, validRecord())).body.Message).toBe(
      'This needs the role RefreshToken-Edit.',
    );
    expect((await service.client(basicOf('edit')).put(`${RESOURCE}/${id}`, validRecord())).status).toBe(200);
    expect(failedNames(await admin.put(RESOURCE, validRecord()))).toEqual(['Id']);
  });

  it('is documented with an optional Id here, and a required Id at the path of all records', async () => {
    const { body } = await service.client().get('/api/openapi.json');
    const schemaAt = (path: string) => {
      const { $ref } = body.paths[path].put.requestBody.content['application/json'].schema;
      return body.components.schemas[String($ref).replace('#/components/schemas/', '')];
    };
    const { properties, required } = schemaAt(`${RESOURCE}/{id}`);
    expect([Object.keys(properties as object).sort(), (required as string[]).includes('Id')]).toEqual([
      Object.keys(schemaAt(RESOURCE).properties as object).sort(),
      false,
    ]);
    expect(schemaAt(RESOURCE).required).toContain('Id');
  });
});
