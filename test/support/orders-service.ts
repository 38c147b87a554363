import type { Answer, Client } from './client.js';
import { startExtended } from './extended.js';
import type { Service } from './service.js';

export const price = { Amount: 5, Currency: 'EUR' };

/** An order that `OrdersModule` accepts, with these changes. */
export const order = (changes: object = {}): object => ({
  Name: 'first',
  Lines: [{ Sku: 'a', Price: price }],
  ...changes,
});

let service: Service;
export let client: Client;

/** Starts the service with `OrdersModule` for the tests of a file. No refused request may be a fault of the service. */
export function useOrders(): void {
  beforeAll(async () => {
    service = await startExtended('orders.module.ts');
    client = service.client();
  });
  afterAll(async () => {
    const log = service.log;
    await service.dispose();
    expect(log).not.toContain('unexpected failure');
  });
}

/** Posts an order with these changes. */
export function post(changes: object): Promise<Answer> {
  return client.post('/orders', order(changes));
}
