import { rowOf, statement } from '../database/statement.js';

/** A table that is due, the command for it, and how many rows need it. */
export interface DueTable {
  readonly name: string;
  readonly command: string;
  readonly rows: number;
}

/**
 * The command for the table that most needs VACUUM or ANALYZE, and the number of rows that need it. The rules and thresholds are those of
 * PostgreSQL's autovacuum (PostgreSQL manual, 24.1.6). A table without statistics is analysed too. The tables `seen` are left out.
 */
export const MOST_DUE = statement({
  name: 'maintenance-most-due',
  parameters: { seen: 'text[]' },
  returns: rowOf<DueTable>(),
  text: `SELECT CASE WHEN to_vacuum AND to_analyze THEN 'VACUUM (ANALYZE) ' WHEN to_vacuum THEN 'VACUUM ' ELSE 'ANALYZE ' END || name
        AS command, name, rows
    FROM (
      SELECT c.oid::regclass::text AS name,
        greatest(s.n_dead_tup, s.n_ins_since_vacuum, s.n_mod_since_analyze) AS rows,
        s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
          OR s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
          OR age(c.relfrozenxid) > current_setting('autovacuum_freeze_max_age')::int
          OR mxid_age(c.relminmxid) > current_setting('autovacuum_multixact_freeze_max_age')::int AS to_vacuum,
        c.relkind = 'r' AND c.oid <> 'pg_statistic'::regclass AND (
          s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
          OR c.reltuples < 0 AND s.schemaname = current_schema()) AS to_analyze
      FROM pg_class c JOIN pg_stat_all_tables s ON s.relid = c.oid
      WHERE c.relkind IN ('r', 't') AND c.relpersistence = 'p'
    ) due WHERE (to_vacuum OR to_analyze) AND name <> ALL (:seen::text[]) ORDER BY rows DESC LIMIT 1`,
});

/** How many bytes of WAL a start after a crash would replay. */
export const WAL_SINCE_CHECKPOINT = statement({
  name: 'maintenance-wal-since-checkpoint',
  returns: rowOf<{ bytes: number }>(),
  text: `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::bigint AS bytes FROM pg_control_checkpoint()`,
});

/** Makes PostgreSQL publish the counters of the session at the end of this statement. Otherwise it does this at most once a second. */
export const FLUSH_COUNTERS = statement({
  name: 'embedded-flush-counters',
  text: 'SELECT pg_stat_force_next_flush()',
});
