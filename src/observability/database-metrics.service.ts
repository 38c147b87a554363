import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { MetricsService, type Reading } from './metrics.service.js';
import { poolOf } from '../database/driver-internals.js';

/** PostgreSQL's estimate of the rows of each table. -1 marks a table that was never analysed. */
const TABLE_ROWS = `SELECT c.relname AS name, c.reltuples AS rows FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.reltuples >= 0`;

/** Measures the use of the connection pool, and the rows of the tables. */
@Injectable()
export class DatabaseMetricsService {
  constructor(
    private readonly dataSource: DataSource,
    metrics: MetricsService,
  ) {
    metrics.gauge({
      name: 'tessera_database_pool_limit',
      help: 'The most connections to the database that this process opens.',
      action: 'Keep the sum over all replicas below `max_connections` of PostgreSQL.',
      collect: () => this.ofPool(({ options }) => [{ value: options.max }]),
    });
    metrics.gauge({
      name: 'tessera_database_pool_connections',
      help: 'Open connections to the database, by state. The sum over all states is the total.',
      action: 'If all are busy for long, see who blocks whom.',
      labelNames: ['state'],
      collect: () =>
        this.ofPool(({ totalCount, idleCount }) => [
          { labels: { state: 'idle' }, value: idleCount },
          { labels: { state: 'busy' }, value: totalCount - idleCount },
        ]),
    });
    metrics.gauge({
      name: 'tessera_database_pool_waiting',
      help: 'Queries that wait for a connection.',
      action: 'If it stays above 0, see who blocks whom, then raise `DATABASE_POOL_SIZE`.',
      collect: () => this.ofPool(({ waitingCount }) => [{ value: waitingCount }]),
    });
    metrics.gauge({
      name: 'tessera_table_rows',
      help: 'Rows of each table, as PostgreSQL last estimated them. A table that was never analysed has no value.',
      action: 'Plan the disk. If the audit trail grows too large, shorten `AUDIT_RETENTION`.',
      labelNames: ['table'],
      collect: () => this.tableRows(),
    });
  }

  /** Reads from the pool. While the application closes, it has no pool, and the gauge shows nothing. */
  private ofPool<Label extends string>(read: (pool: Pool) => Reading<Label>[]): Reading<Label>[] {
    const pool = poolOf(this.dataSource);
    return pool ? read(pool) : [];
  }

  private async tableRows(): Promise<Reading<'table'>[]> {
    const tables = await this.dataSource.query<{ name: string; rows: number }[]>(TABLE_ROWS);
    return tables.map(({ name, rows }) => ({ labels: { table: name }, value: rows }));
  }
}
