import type { Answer } from './client.js';
import { programWith } from './resource-service.js';
import { Service } from './service.js';
import { seconds } from './sessions.js';

/** A notice that the module of the shop got. */
export type Notice = Readonly<Record<string, unknown>>;

/** The built service with the module of a shop, which plugs in one of each. */
export class ShopService {
  private constructor(readonly service: Service) {}

  static async start(metricsPort: number): Promise<ShopService> {
    const settings = { SHOP_URL: 'http://shop.test/', SHOP_TILLS: '7', SHOP_KEY: 'a secret key' };
    const program = await programWith('shop/shop.module.ts', 'ShopModule');
    return new ShopService(await Service.start({ ...settings, METRICS_PORT: String(metricsPort) }, program));
  }

  /** Sets what fails in the module, and its claims. */
  set(state: { failing?: string[]; claims?: object }): Promise<Answer> {
    return this.service.client().post('/shop', state);
  }

  /** Waits until the module has notices of this session. */
  async noticesOf(sessionId: string, count = 1): Promise<Notice[]> {
    for (;;) {
      const { body } = await this.service.client().get('/shop');
      const found = (body as { notices: Notice[] }).notices.filter((notice) => notice['sessionId'] === sessionId);
      if (found.length >= count) return found;
      await seconds(0.05);
    }
  }

  /** Waits until the log has this text. */
  async logged(text: string): Promise<void> {
    while (!this.service.log.includes(text)) await seconds(0.05);
  }
}
