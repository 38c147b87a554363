import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Settings } from '../config/settings.js';

/**
 * Delays the shutdown between the signal to stop and the close of the listener. For SHUTDOWN_DELAY seconds the service still answers
 * requests, but `/health/ready` answers 503, so that a load balancer stops using this replica before the listener closes.
 */
@Injectable()
export class ShutdownService implements BeforeApplicationShutdown {
  /** Whether a signal to stop has arrived. */
  hasBegun = false;

  constructor(private readonly settings: Settings) {}

  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (signal === undefined) return;
    this.hasBegun = true;
    await pause(this.settings.SHUTDOWN_DELAY * 1_000);
  }
}
