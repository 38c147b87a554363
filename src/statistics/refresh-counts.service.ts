import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventCountsRepository } from './event-counts.repository.js';

const EVERY_MS = 10_000;
/** The kind under which refreshes are counted. The trail has no such event. */
export const REFRESHED = 'refreshed';

/**
 * Counts refreshes, which leave no event in the trail. A refresh increments a number in memory, and each process adds its number to the table
 * every ten seconds.
 */
@Injectable()
export class RefreshCountsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RefreshCountsService.name);
  private refreshes = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly counts: EventCountsRepository) {}

  /** Counts a refresh. */
  count(): void {
    this.refreshes++;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.writing ??= this.write().finally(() => (this.writing = undefined));
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }

  /** Adds what was counted to the table. If the database fails, the next write adds it. */
  private async write(): Promise<void> {
    const refreshes = this.refreshes;
    if (refreshes === 0) return;
    this.refreshes -= refreshes;
    try {
      await this.counts.add(REFRESHED, refreshes);
    } catch (error) {
      this.refreshes += refreshes;
      this.logger.warn(`The count of refreshes could not be written: ${(error as Error).message}`);
    }
  }
}
