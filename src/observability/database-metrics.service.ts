import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { MetricsService, type Reading } from './metrics.service.js';
import { poolOf } from '../database/driver-internals.js';

/** What PostgreSQL has counted at its last look at each table; -1 is a table it has not looked at. */
const TABLE_ROWS = `SELECT c.relname AS name, c.reltuples AS rows FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.reltuples >= 0`;

/** Shows how the pool of connections is used, and how many rows the tables have. */
@Injectable()
export class DatabaseMetricsService {
  constructor(
    private readonly dataSource: DataSource,
    metrics: MetricsService,
  ) {
    metrics.gauge({
      name: 'tessera_database_pool_limit',
      help: 'Most connections to the database that this process opens.',
      action: 'Keep the sum over all replicas below `max_connections` of PostgreSQL.',
      collect: () => this.ofPool(({ options }) => [{ value: options.max }]),
    });
    metrics.gauge({
      name: 'tessera_database_pool_connections',
      help: 'Connections to the database that are open; the sum over state is all of them.',
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
      help: 'Rows of each table as PostgreSQL last estimated them; of a table that it never analysed, nothing.',
      action: 'Plan the disk. If the audit trail grows too large, shorten `AUDIT_RETENTION`.',
      labelNames: ['table'],
      collect: () => this.tableRows(),
    });
  }

  /** There is no pool any more while the application closes. */
  private ofPool<Label extends string>(read: (pool: Pool) => Reading<Label>[]): Reading<Label>[] {
    const pool = poolOf(this.dataSource);
    return pool ? read(pool) : [];
  }

  private async tableRows(): Promise<Reading<'table'>[]> {
    const tables = await this.dataSource.query<{ name: string; rows: number }[]>(TABLE_ROWS);
    return tables.map(({ name, rows }) => ({ labels: { table: name }, value: rows }));
  }
}
