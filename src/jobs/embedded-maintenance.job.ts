import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { EmbeddedMaintenanceRepository } from './embedded-maintenance.repository.js';
import { JobsService } from './jobs.service.js';

const EVERY_SECONDS = 60;
/** Two WAL segments. After a checkpoint, the first change of each page writes the whole page to the WAL, so more checkpoints cost more. */
const CHECKPOINT_AFTER_BYTES = 32 * 2 ** 20;

/**
 * Vacuums, analyses and checkpoints the embedded database, which has neither autovacuum nor a checkpointer. Without this job, the space of
 * deleted rows would never be reused, and the WAL would grow for ever. A batch is one table: the database has one connection, so every
 * request waits while a table is vacuumed.
 */
@Injectable()
export class EmbeddedMaintenanceJob implements OnModuleInit {
  /** The tables that this run has maintained. Without this list, a table with constant writes would be due repeatedly in one run. */
  private seen: string[] = [];

  constructor(
    private readonly jobs: JobsService,
    private readonly tables: EmbeddedMaintenanceRepository,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    // A PostgreSQL server does all of this by itself.
    if (this.settings.DATABASE_URL) return;
    this.jobs.register({
      name: 'embedded-maintenance',
      description: 'Vacuums and analyses tables of the embedded database, and checkpoints it.',
      every: EVERY_SECONDS,
      batchSize: 1,
      batch: () => this.maintainOne(),
    });
  }

  /** Vacuums or analyses one table and returns how many rows needed it; 0 when no table was due, which ends the run. */
  private async maintainOne(): Promise<number> {
    const due = await this.tables.mostDue(this.seen);
    if (due) {
      this.seen.push(due.name);
      await this.tables.maintain(due);
      return Math.max(due.rows, 1);
    }
    this.seen = [];
    if ((await this.tables.walSinceCheckpoint()) > CHECKPOINT_AFTER_BYTES) await this.tables.checkpoint();
    return 0;
  }
}
