import pg from 'pg';
import { SEARCHES_AHEAD } from '../../src/refresh-tokens/search-ahead.statements.js';
import { SHARED_SEARCHES } from '../../src/refresh-tokens/shared-search.statements.js';
import { databaseUrl, newData } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, the } from '../support/sessions.js';

interface Plan {
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** How a plan reads the records: the index, or none. */
function readsOf(plan: Plan): (string | undefined)[] {
  const own = plan['Relation Name'] === 'refresh_tokens' ? [plan['Index Name']] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(readsOf)];
}

let service: Service;
let database: pg.Client;
beforeAll(async () => {
  const dataDir = await newData();
  service = await Service.startOn(dataDir);
  database = new pg.Client({ connectionString: the(databaseUrl(dataDir)) });
  await database.connect();
  await database.query(`INSERT INTO refresh_tokens
    (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by)
    SELECT gen_random_uuid(), 'everybody', 'the-app', '2040-01-01', repeat('x', 200), 'hash', 'salt', 'admin@example.com'
    FROM generate_series(1, 50000)`);
  await database.query('VACUUM ANALYZE refresh_tokens');
  await database.query('SET plan_cache_mode = force_generic_plan');
});
afterAll(async () => {
  await database.end();
  await disposeWithoutLeaks(service);
});

const SENT = [
  ...SHARED_SEARCHES.flatMap(({ lone, each }) => [lone, each]),
  ...SEARCHES_AHEAD.map(({ ahead }) => ahead),
];
const WITHOUT_FILTER = [undefined, 'refresh_tokens_pkey'];

it.each(SENT)(
  'a shared search reads by the index of its member, even if all records have the same value: $name',
  async ({ text, parameters }) => {
    await database.query(`PREPARE sent AS ${text}`);
    const nulls = Object.keys(parameters).map(() => 'NULL');
    const explained = await database.query(`EXPLAIN (FORMAT JSON) EXECUTE sent(${nulls.join(', ')})`);
    await database.query('DEALLOCATE sent');
    const index = text.includes('client_id BETWEEN') ? 'refresh_tokens_client_id' : 'refresh_tokens_subject';
    const reads = readsOf(explained.rows[0]['QUERY PLAN'][0].Plan as Plan);
    expect(reads.filter((one) => one === index).length).toBeGreaterThanOrEqual(3);
    expect(reads.filter((one) => WITHOUT_FILTER.includes(one))).toEqual([]);
  },
);
