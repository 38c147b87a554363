import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Settings } from '../config/settings.js';
import type { ServerClient } from './server-client.js';
import { loneClient } from './server-pool.js';
import { statement, valuesInOrder } from './statement.js';

const CHANNEL = 'tessera';
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;

const NOTIFY = statement({
  name: 'notify',
  isPrepared: false,
  parameters: { channel: 'text', topic: 'text' },
  text: 'SELECT pg_notify(:channel, :topic)',
});

/**
 * Notifies all processes of the service of a change, by LISTEN and NOTIFY. A notice may be lost with a connection, and none comes
 * through a pooler. So caches must be short-lived all the same.
 */
@Injectable()
export class NoticesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(NoticesService.name);
  private readonly listeners = new Map<string, (() => void)[]>();
  private client: ServerClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly settings: Settings) {}

  /** Has a listener called when the topic changed in any process, and whenever a notice of that may have been missed. */
  on(topic: string, listener: () => void): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Announces a change of a topic when the manager's transaction commits, and never if it does not. */
  async announce(topic: string, manager: EntityManager): Promise<void> {
    await manager.query(NOTIFY.text, valuesInOrder(NOTIFY, { channel: CHANNEL, topic }));
  }

  onApplicationBootstrap(): void {
    // The embedded database has one process: what changed there, changed here.
    if (this.settings.DATABASE_URL) void this.listen(FIRST_DELAY_MS);
  }

  onModuleDestroy(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    // Nobody waits for a server that may be gone.
    this.client?.end().catch(() => undefined);
  }

  private listenLater(wait: number, reason: string): void {
    this.logger.debug(`No notices for ${wait} ms: ${reason}`);
    this.timer = setTimeout(() => void this.listen(Math.min(wait * 2, LONGEST_DELAY_MS)), wait).unref();
  }

  private async listen(delay: number): Promise<void> {
    const client = loneClient(this.settings, { application_name: 'tessera notices', keepAlive: true });
    this.client = client;
    let wait = delay;
    const tryAgain = (reason: string): void => {
      if (this.client !== client || this.isClosed) return;
      this.client = undefined;
      client.end().catch(() => undefined);
      this.listenLater(wait, reason);
    };
    client.on('error', (error) => {
      tryAgain(error.message);
    });
    client.on('end', () => {
      tryAgain('the connection ended');
    });
    client.on('notification', ({ payload = '' }) => {
      this.notify(payload);
    });
    try {
      await client.connect();
      if (client.isPooled) {
        this.isClosed = true;
        await client.end();
        return;
      }
      await client.query(`LISTEN ${CHANNEL}`);
      wait = FIRST_DELAY_MS;
      for (const topic of this.listeners.keys()) this.notify(topic);
    } catch (error) {
      tryAgain((error as Error).message);
    }
  }

  private notify(topic: string): void {
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }
}
