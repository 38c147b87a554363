import type { INestApplicationContext } from '@nestjs/common';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { newEmbeddedData } from '../support/data.js';
import { startInProcess } from '../support/in-process.js';

const JOB = 'embedded-maintenance';
const ROUNDS = 6;
/** About 24 MiB of WAL, so that a checkpoint is due every other round. */
const EVENTS = 50_000;
/** Enough for a slow machine. */
const LIMIT_MS = 300_000;

describe('the embedded database', () => {
  let app: INestApplicationContext;
  let dataDir: string;
  let stop: () => Promise<void>;
  let dataSource: DataSource;
  let run: () => Promise<number>;

  const sizes = async (): Promise<{ table: number; wal: number }> => {
    const [row] = await dataSource.query<{ table: number }[]>(
      `SELECT pg_total_relation_size('audit_trail_entries')::float8 AS "table"`,
    );
    const segments = readdirSync(join(dataDir, 'database/pg_wal')).filter((name) => /^[\dA-F]{24}$/.test(name));
    return { table: row?.table ?? 0, wal: segments.length };
  };

  beforeAll(async () => {
    ({ app, dataDir, stop } = await startInProcess(newEmbeddedData()));
    dataSource = app.get(DataSource);
    const { JobsService } = await import('../../src/jobs/jobs.service.js');
    run = () => app.get(JobsService).run(JOB);
  });
  afterAll(() => stop());

  it('knows the row counts of its tables after the job', async () => {
    const text = `SELECT relname, reltuples FROM pg_class WHERE oid IN ('users'::regclass, 'refresh_tokens'::regclass)`;
    await run();
    expect(await dataSource.query(`${text} ORDER BY 1`)).toEqual([
      { relname: 'refresh_tokens', reltuples: 0 },
      { relname: 'users', reltuples: 8 },
    ]);
  });

  it(
    'reuses the space of deleted rows and of old WAL: both level off',
    async () => {
      const after: { table: number; wal: number }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await dataSource.query(`INSERT INTO audit_trail_entries (kind, actor, subject, session_id, record_ids, request_id)
        SELECT 'record-read', 'test', 'ada@example.com', gen_random_uuid(), ARRAY[n], md5(n::text) FROM generate_series(1, ${EVENTS}) n`);
        await dataSource.query('DELETE FROM audit_trail_entries');
        expect(await run()).toBeGreaterThanOrEqual(EVENTS);
        after.push(await sizes());
      }
      const [second, last] = [after[1], after.at(-1)];
      expect(last?.table).toBeLessThanOrEqual((second?.table ?? 0) * 1.1);
      // Four rounds write six segments or more.
      expect(last?.wal).toBeLessThanOrEqual((second?.wal ?? 0) + 2);
    },
    LIMIT_MS,
  );

  it('has nothing to do in the job when nothing was written', async () => {
    // A run changes the catalogue, and the next run may vacuum the catalogue.
    let rows = await run();
    for (let n = 0; n < 5 && rows > 0; n++) rows = await run();
    expect(rows).toBe(0);
  });
});
