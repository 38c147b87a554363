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
 * Notifies all processes of the service about a change, by LISTEN and NOTIFY. A notice may be lost with its connection, and no notice
 * arrives through a pooler. So caches must be short-lived even with notices.
 */
@Injectable()
export class NoticesService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(NoticesService.name);
  private readonly listeners = new Map<string, (() => void)[]>();
  private client: ServerClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly settings: Settings) {}

  /** Calls the listener when the topic has changed in any process, and whenever this process may have missed a notice. */
  on(topic: string, listener: () => void): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Announces a change of a topic when the manager's transaction commits. A rollback announces nothing. */
  async announce(topic: string, manager: EntityManager): Promise<void> {
    await manager.query(NOTIFY.text, valuesInOrder(NOTIFY, { channel: CHANNEL, topic }));
  }

  onApplicationBootstrap(): void {
    // Only one process can use the embedded database, so every change comes from this process.
    if (this.settings.DATABASE_URL) void this.listen(FIRST_DELAY_MS);
  }

  onModuleDestroy(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    // The shutdown does not wait, because the server may be unreachable.
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
