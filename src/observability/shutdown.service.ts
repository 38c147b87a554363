import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Settings } from '../config/settings.js';

/**
 * The time between a signal to stop and the end of the listener. Requests are still served for SHUTDOWN_DELAY seconds, while
 * `/health/ready` answers 503, so that a load balancer can leave this replica out before the listener closes.
 */
@Injectable()
export class ShutdownService implements BeforeApplicationShutdown {
  /** Whether a signal to stop came. */
  hasBegun = false;

  constructor(private readonly settings: Settings) {}

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (signal === undefined) return;
    this.hasBegun = true;
    await pause(this.settings.SHUTDOWN_DELAY * 1_000);
  }
}
