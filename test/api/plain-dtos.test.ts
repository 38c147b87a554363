import { expectFailures } from '../support/client.js';
import { client, order, post, price, useOrders } from '../support/orders-service.js';

const REQUIRED = 'is a required field';

useOrders();

describe('a body whose class has plain decorators', () => {
  it('is an instance of the class, and so are the objects within', async () => {
    const { status, body } = await post({ DueOn: '2030-01-31T12:00:00Z', Code: ' abc ', order_reference: 'x1' });
    expect([status, body]).toEqual([
      200,
      {
        type: 'OrderInput',
        value: { ...order(), DueOn: '2030-01-31T12:00:00.000Z', Code: 'ABC', reference: 'x1' },
      },
    ]);
  });

  it('may be a form', async () => {
    const { body } = await client.form('POST', '/orders/line', { Line: 'x' });
    expect(body.Errors).toEqual([{ AttemptedValue: 'x', Message: 'must be an object', PropertyName: 'Line' }]);
  });

  it('loses what the class does not declare, within its objects as well', async () => {
    const extra = { a: { b: [1] } };
    const { body } = await post({
      Lines: [{ Sku: 'a', Price: { ...price, Tax: 1 }, Id: 5 }],
      ...{ Id: 0, TypeName: 'x', Undeclared: 'x', reference: 'x', Extra: extra, Anything: [extra] },
    });
    expect(body.value).toEqual({ ...order(), Extra: extra, Anything: [extra] });
    expect((await client.post('/orders/without-rules', { Name: 'x' })).body).toEqual({
      type: 'WithoutRules',
      value: {},
    });
  });

  it('lacks members: absent, null or blank', async () => {
    expectFailures(await client.post('/orders', {}), ['Name', REQUIRED, null], ['Lines', REQUIRED, null]);
    expectFailures(await post({ Name: null }), ['Name', REQUIRED, null]);
    expectFailures(await post({ Lines: ' ' }), ['Lines', REQUIRED, ' ']);
    const { body } = await post({ Email: null, Account: null });
    expect(body.value).toEqual({ ...order(), Email: null, Account: null });
    expectFailures(await post({ Email: '' }), ['Email', 'must be an email', '']);
  });

  it('has members that break their rules', async () => {
    expectFailures(
      await post({
        Name: 5,
        Email: 'x',
        Tags: ['a', 5],
        DueOn: 'x',
        order_reference: 'longer',
        Code: 'ABCD',
        Batch: 'x',
      }),
      ['Name', 'must be a string', 5],
      ['Email', 'must be an email', 'x'],
      ['Tags', 'each value must be a string', ['a', 5]],
      ['DueOn', 'must be a Date instance', 'x'],
      ['order_reference', 'must be shorter than or equal to 5 characters', 'longer'],
      ['Code', 'must be three letters', 'ABCD'],
      ['Batch', 'must be an integer number', 'x'],
    );
    const long = 'é'.repeat(300);
    expectFailures(await post({ Name: long }), [
      'Name',
      'must be shorter than or equal to 20 characters',
      'é'.repeat(256),
    ]);
  });

  it('has a member that takes a while to check', async () => {
    expectFailures(await post({ Name: 'taken' }), ['Name', 'is taken', 'taken']);
  });

  it('has objects that break their rules: each failure names its path', async () => {
    expectFailures(
      await post({
        Lines: [
          { Sku: 'a', Price: price },
          { Sku: 'far too long', Price: { Amount: -1 } },
          { Sku: 'b' },
          null,
          'x',
          { Sku: 'c', Price: 'x' },
        ],
      }),
      ['Lines[1].Sku', 'must be shorter than or equal to 10 characters', 'far too long'],
      ['Lines[1].Price.Amount', 'must not be less than 0', -1],
      ['Lines[1].Price.Currency', REQUIRED, null],
      ['Lines[2].Price', REQUIRED, null],
      ['Lines[3]', REQUIRED, null],
      ['Lines[4]', 'each value in nested property Lines must be either object or array', 'x'],
      ['Lines[5].Price', 'must be either object or array', 'x'],
    );
    expectFailures(await post({ Untyped: price }), ['Untyped', 'is of no declared type', price]);
    expectFailures(await client.post('/orders/line', { Line: { Sku: 5, Price: price } }), [
      'Line.Sku',
      'must be a string',
      5,
    ]);
    expectFailures(await client.post('/orders/line', {}), ['Line', REQUIRED, null]);
  });

  it('has members of both kinds', async () => {
    const mixed = { Title: 'MAY', Count: 1, Until: '2030-01-31T12:00Z' };
    expect((await client.post('/orders/mixed', { ...mixed, Other: 1 })).body).toEqual({
      type: 'MixedInput',
      value: { ...mixed, Until: '2030-01-31T12:00:00.000Z' },
      until: true,
    });
    expectFailures(
      await client.post('/orders/mixed', { Title: ' ', Count: 1.5 }),
      ['Title', REQUIRED, ' '],
      ['Count', 'must be an integer number', 1.5],
      ['Until', REQUIRED, null],
    );
  });

  it('is of the record that its path names', async () => {
    const change = { type: 'OrderChange', value: { Id: 5, Name: 'x' } };
    expect((await client.put('/orders/5', { Name: 'x' })).body).toEqual(change);
    expect((await client.put('/orders/5', { Id: 5, Name: 'x' })).body).toEqual(change);
    expectFailures(await client.put('/orders/5', { Id: 6, Name: 'x' }), [
      'Id',
      'must be 5, the id of the path, or be absent',
      6,
    ]);
  });

  it('has a member whose transformation fails', async () => {
    expectFailures(await post({ Code: 5 }), ['Code', 'cannot be read', 5]);
    expectFailures(await post({ Code: null }), ['Code', REQUIRED, null]);
    expect((await post({ Refused: 'x' })).body).toMatchObject({ Status: 400, Errors: null });
  });
});

describe('other parameters', () => {
  it('of a query are read by their class', async () => {
    expect((await client.get('/orders?page=2&dir=asc&other=x&__proto__=x&constructor=y')).body).toEqual({
      type: 'OrderQuery',
      value: { page: 2, dir: 'asc' },
    });
    expect((await client.get('/orders')).body.value).toEqual({ page: 1 });
    expectFailures(
      await client.get('/orders?page=x&dir=up'),
      ['page', 'must be an integer number', 'x'],
      ['dir', 'must be one of the following values: asc, desc', 'up'],
    );
    const repeated = await client.get('/orders?dir=asc&dir=desc');
    expectFailures(repeated, ['dir', 'must be one of the following values: asc, desc', ['asc', 'desc']]);
  });

  it('of a path are read by their class', async () => {
    expect((await client.get('/orders/2030/01')).body).toEqual({ type: 'Month', value: { year: 2030, month: '01' } });
    expectFailures(
      await client.get('/orders/x/1'),
      ['year', 'must be an integer number', 'x'],
      ['month', 'must match /^\\d\\d$/ regular expression', '1'],
    );
  });

  it('without members of their own are left as they are', async () => {
    const body = { Name: 5, Lines: [{ a: 1 }], Other: true };
    expect((await client.post('/orders/without-members?size=5', body)).body).toEqual({
      body,
      name: 5,
      lines: [{ a: 1 }],
      size: '5',
    });
  });
});
