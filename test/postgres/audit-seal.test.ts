import { jest } from '@jest/globals';
import pg from 'pg';
import { runCli, type CommandResult } from '../support/cli.js';
import { databaseUrl } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, times } from '../support/sessions.js';

// Each step starts a process, which takes long on a busy machine.
jest.setTimeout(240_000);

let service: Service;
let database: pg.Client;
beforeAll(async () => {
  service = await Service.start();
  database = new pg.Client({ connectionString: databaseUrl(service.dataDir) });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await disposeWithoutLeaks(service);
});

const EVENT = `INSERT INTO audit_trail_entries (kind, actor, record_ids) VALUES ('login', 'late', '{}') RETURNING id`;
/** Runs the job, after the service's own run if that run is under way. */
async function seal(): Promise<CommandResult> {
  for (;;) {
    const result = await runCli(service.dataDir, ['jobs', 'run', 'audit-seal', '--json']);
    if (!result.stderr.includes('runs already')) return result;
  }
}
const sealedUpTo = async (): Promise<number> => {
  const { rows } = await database.query('SELECT coalesce(max(to_id), 0)::int AS id FROM audit_seals');
  return rows[0].id as number;
};
const verify = () => runCli(service.dataDir, ['audit', 'verify', '--json']);

describe('the job that seals', () => {
  it('waits for an open transaction whose event has a lower id than existing events', async () => {
    const writer = new pg.Client({ connectionString: databaseUrl(service.dataDir) });
    await writer.connect();
    await writer.query('BEGIN');
    const late = Number((await writer.query(EVENT)).rows[0].id);
    await login(service, 'list');
    expect(await seal()).toMatchObject({ code: 0 });
    expect(await sealedUpTo()).toBeLessThan(late);
    await writer.query('COMMIT');
    await writer.end();
    expect(await seal()).toMatchObject({ code: 0 });
    expect(await sealedUpTo()).toBeGreaterThan(late);
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('seals each event once, while users sign in and several processes seal', async () => {
    const signingIn = times(4, async (n) => {
      for (let round = 0; round < 5; round++) await login(service, 'all', `lane-${n}`);
    });
    await times(3, async () => {
      expect(await seal()).toMatchObject({ code: 0 });
    });
    await signingIn;
    expect(await seal()).toMatchObject({ code: 0 });
    const { code, stdout } = await verify();
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ findings: [] })]);
  });

  it('covers every column of an event: a new column needs a new version of the seal', async () => {
    const { SEALED_COLUMNS, SEAL_VERSION } = await import('../../src/audit-trail/sealed-columns.js');
    const { rows } = await database.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'audit_trail_entries'`,
    );
    const sealed = Object.keys(SEALED_COLUMNS[SEAL_VERSION] ?? {});
    expect(sealed.sort()).toEqual(rows.map(({ name }) => name).sort());
  });

  it('computes the same digest under any settings of the database session', async () => {
    const { digestSql } = await import('../../src/audit-trail/sealed-columns.js');
    const sql = `SELECT ${digestSql('1')} AS digest FROM audit_trail_entries e`;
    const [plain, other] = [
      await database.query(sql),
      await database
        .query(
          `SET datestyle = 'German'; SET timezone = 'Asia/Kathmandu'; SET extra_float_digits = -15; SET bytea_output = 'escape'`,
        )
        .then(() => database.query(sql)),
    ];
    expect(other.rows).toEqual(plain.rows);
  });
});
