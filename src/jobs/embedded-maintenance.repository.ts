import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { FLUSH_COUNTERS, MOST_DUE, WAL_SINCE_CHECKPOINT, type DueTable } from './embedded-maintenance.statements.js';

/** The catalogue of the embedded database: which tables need maintenance, and the commands for it. */
@Injectable()
export class EmbeddedMaintenanceRepository {
  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
  ) {}

  /** The table that most needs VACUUM or ANALYZE, without the tables `seen`; undefined when no table is due. */
  async mostDue(seen: readonly string[]): Promise<DueTable | undefined> {
    await this.statements.run(FLUSH_COUNTERS, {});
    return this.statements.runForFirst(MOST_DUE, { seen });
  }

  /** Vacuums or analyses a table that is due. */
  maintain({ command }: DueTable): Promise<unknown> {
    return this.dataSource.query(command);
  }

  /** How many bytes of WAL a start after a crash would replay. */
  async walSinceCheckpoint(): Promise<number> {
    return (await this.statements.runForOne(WAL_SINCE_CHECKPOINT, {})).bytes;
  }

  /** Writes all changed pages. After that, the earlier WAL is no longer needed. */
  checkpoint(): Promise<unknown> {
    return this.dataSource.query('CHECKPOINT');
  }
}
