import type { INestApplicationContext } from '@nestjs/common';
import pg from 'pg';
import { databaseUrl } from '../support/data.js';
import { startInProcess } from '../support/in-process.js';
import { Service } from '../support/service.js';
import { isAlive, login, refresh, the, type Tokens } from '../support/sessions.js';

const CLIENTS = 12;
const ROUNDS = 25;
const LONG_AGO = `now() - interval '1 day'`;

let app: INestApplicationContext;
let stop: () => Promise<void>;
let service: Service;
let database: pg.Client;
let run: (job: string) => Promise<number>;
beforeAll(async () => {
  process.env['EXPIRED_RECORD_RETENTION'] = '0';
  ({ app, stop } = await startInProcess());
  const { JobsService } = await import('../../src/jobs/jobs.service.js');
  run = (job) => app.get(JobsService).run(job);
  const dataDir = the(process.env['DATA_DIR']);
  service = await Service.startOn(dataDir, { EXPIRED_RECORD_RETENTION: '0' });
  database = new pg.Client({ connectionString: databaseUrl(dataDir) });
  await database.connect();
});
afterAll(async () => {
  await service.end();
  await database.end();
  await stop();
});

/** How many records each of these subjects has. */
const countsOf = async (...subjects: string[]): Promise<number[]> => {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(id)::int AS count FROM unnest($1::text[]) WITH ORDINALITY AS asked (name, place)
      LEFT JOIN refresh_tokens ON subject = name GROUP BY place ORDER BY place`,
    [subjects],
  );
  return rows.map(({ count }) => count);
};

describe('the job that deletes expired records', () => {
  it('never deletes a living session, when users sign in again on expired sessions while the job runs', async () => {
    const clients = Array.from({ length: CLIENTS }, (_, n) => `client-${n}`);
    for (let round = 0; round < ROUNDS; round++) {
      await database.query(
        `UPDATE refresh_tokens SET expires_on = ${LONG_AGO}, updated_on = ${LONG_AGO} WHERE subject = 'all@example.com'`,
      );
      const over = new AbortController();
      const jobs = runUntil(over.signal);
      const sessions = await Promise.all(
        clients
          .filter((_, n) => (n + round) % 2 === 0)
          .map(async (client) => [client, await login(service, 'all', client)] as const),
      );
      over.abort();
      await jobs;
      await expectAlive(sessions);
    }
  });

  it('skips a session that a sign-in has locked', async () => {
    await login(service, 'all', 'locked');
    const locked = await database.query(
      `UPDATE refresh_tokens SET expires_on = ${LONG_AGO}, updated_on = ${LONG_AGO} WHERE client_id = 'locked' RETURNING id`,
    );
    await database.query('BEGIN');
    await database.query(`UPDATE refresh_tokens SET expires_on = now() + interval '1 day' WHERE client_id = 'locked'`);
    const running = run('expired-records');
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    await database.query('COMMIT');
    await running;
    expect((await database.query(`SELECT id FROM refresh_tokens WHERE client_id = 'locked'`)).rows).toEqual(
      locked.rows,
    );
  });

  it('keeps expired records that were written recently, and living records', async () => {
    await database.query(
      `INSERT INTO refresh_tokens (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by, updated_on)
        SELECT gen_random_uuid(), subject, 'c', expires, 't', 'h', 's', 'x', updated FROM (VALUES
          ('over', ${LONG_AGO}, ${LONG_AGO}), ('written', ${LONG_AGO}, now() + interval '1 minute'), ('live', now() + interval '1 hour', ${LONG_AGO})
        ) AS given (subject, expires, updated)`,
    );
    await run('expired-records');
    expect(await countsOf('over', 'written', 'live')).toEqual([0, 1, 1]);
  });
});

it('old audit events are deleted, and events within AUDIT_RETENTION are kept', async () => {
  const age = async (days: number, kind: string) =>
    database.query(
      `INSERT INTO audit_trail_entries (created_on, kind, actor, record_ids)
        SELECT now() - interval '${days} days', $1, 'x', '{}' FROM generate_series(1, 3000)`,
      [kind],
    );
  // Whole ranges of a thousand. The service also writes an event about the missing seals, and that event must not be among the expired events.
  await database.query('DELETE FROM audit_trail_entries');
  await database.query('DELETE FROM audit_seals');
  for (const [days, kind] of [
    [366, 'too-old'],
    [364, 'kept'],
  ] as const) {
    await age(days, kind);
    await run('audit-seal');
  }
  expect(await run('old-audit-events')).toBe(3_000);
  const { rows } = await database.query(
    `SELECT kind, count(*)::int AS count FROM audit_trail_entries WHERE actor = 'x' GROUP BY kind`,
  );
  expect(rows).toEqual([{ kind: 'kept', count: 3_000 }]);
});

it('old failed sign-ins are deleted, and recent failures stay', async () => {
  await database.query(
    `INSERT INTO login_throttles (key, failures, blocked_until, last_failure) VALUES
      ('old', 3, '-infinity', now() - interval '2 days'), ('fresh', 3, '-infinity', now())`,
  );
  await run('login-failures');
  const { rows } = await database.query(`SELECT key FROM login_throttles WHERE key IN ('old', 'fresh')`);
  expect(rows).toEqual([{ key: 'fresh' }]);
});

it('another process takes over a job whose process died', async () => {
  await database.query(
    `UPDATE jobs SET holder = gen_random_uuid(), held_until = now() + interval '1 minute' WHERE name = 'login-failures'`,
  );
  await expect(run('login-failures')).rejects.toThrow('runs already');
  await database.query(`UPDATE jobs SET held_until = now() - interval '1 second' WHERE name = 'login-failures'`);
  expect(await run('login-failures')).toBe(0);
});

async function runUntil(over: AbortSignal): Promise<void> {
  while (!over.aborted) await run('expired-records').catch(() => 0);
}

async function expectAlive(sessions: (readonly [string, Tokens])[]): Promise<void> {
  for (const [client, tokens] of sessions)
    expect(await isAlive(service, await refresh(service, tokens, client))).toBe(true);
}
