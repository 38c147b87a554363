import cliProgress from 'cli-progress';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { addUsers, copyRecords, stripTable, takeTable } from './seeding/load.mjs';
import { Records } from './seeding/records.mjs';

// Fills the PostgreSQL that DATABASE_URL names with plausible records: `npm run bench:seed -- --rows 1000000`. The run is one
// transaction, so an aborted run leaves nothing behind. The tokens use TESSERA_SECRET and can be redeemed.

const DIST = join(import.meta.dirname, '../../dist');
const USAGE = `Usage: npm run bench:seed -- --rows N [--users M] [--expired FRACTION] [--seed NUMBER] [--append]

  --rows N            how many records to add, up to 100,000,000
  --users M           how many of the subjects are users who can redeem their tokens (10,000)
  --expired FRACTION  the share of expired records (0.1)
  --seed NUMBER       each number makes other records (1)
  --append            add to a table with records; slower, since its indexes stay

DATABASE_URL and TESSERA_SECRET are those of the service.`;
/** The password of every seeded user. */
const PASSWORD = 'the password of every seeded user';
const INTERRUPTED = 130;

const begun = performance.now();
const client = new pg.Client({ connectionString: process.env.DATABASE_URL, application_name: 'tessera-seed' });
const bar = new cliProgress.SingleBar({
  format: '{bar} {percentage} % · {value} of {total} records · {eta_formatted} left',
  hideCursor: true,
  noTTYOutput: true,
  notTTYSchedule: 5000,
  gracefulExit: false,
});

process.once('SIGINT', () => {
  bar.stop();
  console.error('\nInterrupted: nothing was written.');
  process.exit(INTERRUPTED);
});

try {
  await seed(readOptions());
} catch (error) {
  bar.stop();
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await client.end();
}

function readOptions() {
  const text = { type: 'string' };
  const options = { rows: text, users: text, expired: text, seed: text, append: { type: 'boolean', default: false } };
  const { values } = parseArgs({ options });
  const given = {
    rows: numberOf(values.rows, { least: 1, most: 100_000_000 }),
    users: numberOf(values.users ?? '10000', { least: 0, most: 10_000_000 }),
    expired: numberOf(values.expired ?? '0.1', { least: 0, most: 1, form: /^\d(\.\d+)?$/ }),
    seed: numberOf(values.seed ?? '1', { least: 0, most: 2 ** 31 }),
  };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) throw new Error(`--${name}: ${values[name] ?? 'missing'}\n\n${USAGE}`);
  }
  if (!process.env.DATABASE_URL) throw new Error(`Set DATABASE_URL to the PostgreSQL to fill.\n\n${USAGE}`);
  return { ...given, append: values.append };
}

function numberOf(text, { least, most, form = /^\d{1,10}$/ }) {
  const number = Number(text);
  return form.test(text) && number >= least && number <= most ? number : undefined;
}

async function seed({ rows, users, append, ...options }) {
  const service = await prepare();
  await client.connect();
  const lastId = await takeTable(client);
  if (lastId > 0 && !append)
    throw new Error('The table has records already: empty the table, or add records with --append.');
  const records = new Records({ ...options, ...service, rows, firstId: lastId + 1, now: Date.now() });
  const indexes = lastId === 0 ? await stripTable(client) : [];
  await step('Copying the records', () => copy({ records, rows, isNew: lastId === 0 }));
  for (const { name, definition } of indexes) await step(`Making the index ${name}`, () => client.query(definition));
  const emails = Array.from({ length: Math.min(users, records.subjects) }, (_, subject) => records.emailOf(subject));
  await addUsers(client, emails, service);
  await step('Committing', () => client.query('COMMIT'));
  await step('Vacuum and statistics', () => client.query('VACUUM (ANALYZE) refresh_tokens, users'));
  const perSecond = Math.round(rows / ((performance.now() - begun) / 1000));
  console.log(`${figure(rows)} records of ${figure(records.subjects)} subjects, ${figure(perSecond)} a second in all.`);
  if (emails.length > 0)
    console.log(`${emails[0]} to ${emails.at(-1)} are users; the password of each is '${PASSWORD}'.`);
}

/** Brings the schema up to date as the service does at its start, and loads the parts of the service that make tokens. */
async function prepare() {
  const { withApplication } = await import(join(DIST, 'cli/with-application.js'));
  const { RefreshTokenCodec } = await import(join(DIST, 'sessions/refresh-token.codec.js'));
  const { TicketsService } = await import(join(DIST, 'sessions/tickets.service.js'));
  const { hashTicket } = await import(join(DIST, 'sessions/ticket-digest.js'));
  const { UserPasswordsService } = await import(join(DIST, 'users/user-passwords.service.js'));
  const { UserSealsService } = await import(join(DIST, 'users/user-seals.service.js'));
  const example = { subject: 'user123456@example.com', clientId: 'web-app', authTime: new Date(), amr: ['pwd'] };
  let made;
  await withApplication(async (app) => {
    const { length } = await app.get(TicketsService).seal({ ...example, uniqueId: randomUUID() });
    const passwordHash = await app.get(UserPasswordsService).hash(PASSWORD);
    const userSeals = app.get(UserSealsService);
    made = { codec: app.get(RefreshTokenCodec), hashTicket, ticketLength: length, passwordHash, userSeals };
  });
  return made;
}

async function copy({ records, rows, isNew }) {
  const started = performance.now();
  bar.start(rows, 0);
  await copyRecords(client, { records, rows, isNew, onProgress: (done) => bar.update(done) });
  bar.stop();
  console.log(`${figure(Math.round(rows / ((performance.now() - started) / 1000)))} records a second`);
}

async function step(name, work) {
  const started = performance.now();
  await work();
  console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function figure(number) {
  return number.toLocaleString('en');
}
