import { once } from 'node:events';
import pg from 'pg';
import { basicOf, RESOURCE } from '../support/client.js';
import { databaseUrl } from '../support/data.js';
import { addLargeRecords, drain, open } from '../support/large-records.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, seconds, the } from '../support/sessions.js';

const PAGE = `${RESOURCE}?size=1000`;

let service: Service;
let database: pg.Client;
beforeAll(async () => {
  service = await Service.start({ DATABASE_LOCK_TIMEOUT: '1' });
  await addLargeRecords(service);
  database = new pg.Client({ connectionString: the(databaseUrl(service.dataDir)) });
  await database.connect();
}, 120_000);
afterAll(async () => {
  await database.end();
  await disposeWithoutLeaks(service);
});

it('a page that fails in the middle breaks its connection, is logged, and never looks complete', async () => {
  const answer = await open(service, PAGE);
  await once(answer, 'readable');
  await database.query('BEGIN; LOCK TABLE refresh_tokens IN ACCESS EXCLUSIVE MODE');
  await expect(drain(answer)).rejects.toThrow('aborted');
  await database.query('ROLLBACK');
  for (let n = 0; n < 100 && !service.log.includes('answer broken off'); n++) await seconds(0.1);
  const line = service.log.split('\n').find((text) => text.includes('answer broken off'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    level: 40,
    requestId: answer.headers['x-request-id'],
    failure: { code: 'database_busy' },
  });
  expect(await drain(await open(service, PAGE))).toBeGreaterThan(0);
});

it('a page that fails before its first record is an ordinary error response', async () => {
  await database.query('BEGIN; LOCK TABLE refresh_tokens IN ACCESS EXCLUSIVE MODE');
  const { status, body } = await service.client(basicOf('admin')).get(PAGE);
  await database.query('ROLLBACK');
  expect([status, body.Status]).toEqual([503, 503]);
});

it('the service stops reading when the client disconnects', async () => {
  const slicesSince = async (moment: Date): Promise<number> => {
    const { rows } = await database.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query_start > $1 AND query LIKE '%protected_ticket%'`,
      [moment],
    );
    return Number(the(rows[0]).count);
  };
  const begun = new Date();
  const answer = await open(service, PAGE);
  await once(answer, 'readable');
  expect(await slicesSince(begun)).toBeGreaterThan(0);
  answer.destroy();
  await seconds(1);
  const later = new Date();
  await seconds(2);
  expect(await slicesSince(later)).toBe(0);
});
