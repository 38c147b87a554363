import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Settings } from '../config/settings.js';

/**
 * The time between a signal to stop and the end of the listener. Requests are still taken for SHUTDOWN_DELAY seconds, while
 * `/health/ready` says no, so that whoever spreads requests over replicas can leave this one out before it is gone.
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
