import { expectFailures } from '../support/client.js';
import { client, order, post, price, useOrders } from '../support/orders-service.js';

useOrders();

describe('a body of a hostile client, whose class has plain decorators', () => {
  it('has more failures than anybody reads', async () => {
    const { status, body } = await post({ Lines: Array.from({ length: 200 }, () => ({})) });
    expect([status, body.Errors.length]).toEqual([400, 100]);
    expect(body.Errors.at(-1).PropertyName).toBe('Lines[49].Price');
  });

  it('never gets a secret back, in its objects neither', async () => {
    const secrets = { Password: 'short', Pin: '12345', Until: 'x' };
    const date = 'must be an existing date and time, such as 2030-01-31T12:00:00Z';
    expectFailures(
      await post({ Account: secrets, Limit: { Amount: 'x', Currency: 'x' } }),
      ['Account.Password', 'must be longer than or equal to 8 characters', null],
      ['Account.Pin', 'must have at most 3 characters', null],
      ['Account.Until', date, 'x'],
      ['Limit.Amount', 'must be an integer number', null],
      ['Limit.Currency', 'must be one of the following values: EUR, USD', null],
    );
    expectFailures(await post({ Accounts: [secrets, secrets] }), [
      'Accounts',
      'must contain no more than 1 elements',
      null,
    ]);
  });

  it.each(['', '[]', '[{}]', '"x"', '5', 'null'])('is no object: %s', async (body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await client.send('POST', '/orders', { headers, body });
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        Status: 400,
        Message: 'The body must be an object: JSON, or a form.',
        Value: null,
        Errors: null,
        WasSuccessful: false,
      },
    ]);
  });

  it.each([
    ['constructor', '{"constructor": 5}'],
    ['constructor within', '{"constructor": {"name": "x", "prototype": {"isAdministrator": true}}}'],
    ['prototype', '{"prototype": {"isAdministrator": true}}'],
    ['toString', '{"toString": 5, "hasOwnProperty": 1, "valueOf": null}'],
    ['then', '{"then": 5}'],
    ['length', '{"length": 1000000000, "0": 1}'],
  ])('does not change what objects are: %s', async (_what, evil) => {
    const parsed = JSON.parse(evil) as object;
    for (const changes of [parsed, { Other: parsed }, { Lines: [{ Sku: 'a', Price: { ...price, ...parsed } }] }]) {
      const { status, body } = await post(changes);
      expect([status, body]).toEqual([200, { type: 'OrderInput', value: order() }]);
    }
    expectFailures(await post({ Name: parsed }), ['Name', 'must be a string', parsed]);
    expect((await post({ Extra: parsed })).status).toBe(200);
    expect((await client.post('/orders/without-members', {})).body).toEqual({ body: {} });
  });

  it('must not have a member __proto__, at any depth', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const body of ['{"__proto__": {"a": 1}}', '{"Lines": [{"__proto__": {"a": 1}}]}'])
      expect((await client.send('POST', '/orders', { headers, body })).status).toBe(400);
  });
});
