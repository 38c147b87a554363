import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { COLUMNS } from './records.mjs';

const LINES_AT_ONCE = 200;

/** The indexes that no constraint uses. Creating them is faster after all rows were copied. */
const INDEXES = `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
  WHERE indrelid = 'refresh_tokens'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`;

const SETTINGS = [
  `SET LOCAL lock_timeout = '10s'`,
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
  `SET LOCAL maintenance_work_mem = '512MB'`,
  'SET LOCAL synchronous_commit = on',
];

/** Locks the table for this transaction, and returns the highest id, or 0 when the table is empty. */
export async function takeTable(client) {
  await client.query('BEGIN');
  for (const setting of SETTINGS) await client.query(setting);
  await client.query('LOCK TABLE refresh_tokens IN ACCESS EXCLUSIVE MODE');
  const { rows } = await client.query('SELECT coalesce(max(id), 0)::float8 AS "lastId" FROM refresh_tokens');
  return rows[0].lastId;
}

/**
 * Empties the table and drops its secondary indexes. Returns the statements that create the indexes again. This is safe because of the
 * transaction: an aborted run leaves the table, its indexes and its disk space unchanged.
 */
export async function stripTable(client) {
  const { rows: indexes } = await client.query(INDEXES);
  await client.query('TRUNCATE refresh_tokens');
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  return indexes;
}

/** Copies `rows` records into the table, and reports the number of copied records after each portion. Into an emptied table it copies frozen rows. */
export async function copyRecords(client, { records, rows, isNew, onProgress }) {
  async function* portions() {
    for (let place = 0; place < rows; place += LINES_AT_ONCE) {
      const end = Math.min(place + LINES_AT_ONCE, rows);
      let lines = '';
      for (let next = place; next < end; next++) lines += records.line(next);
      yield Buffer.from(lines, 'latin1');
      onProgress(end);
      await turn();
    }
  }
  const copy = client.query(copyFrom(`COPY refresh_tokens (${COLUMNS}) FROM STDIN${isNew ? ' WITH (FREEZE)' : ''}`));
  await pipeline(Readable.from(portions()), copy);
  await client.query(
    `SELECT setval(pg_get_serial_sequence('refresh_tokens', 'id'), (SELECT max(id) FROM refresh_tokens))`,
  );
}

/** Adds users who can sign in and redeem. Existing users stay unchanged. */
export async function addUsers(client, emails, { passwordHash, userSeals }) {
  const user = {
    passwordHash,
    enabled: true,
    isAdministrator: false,
    roles: [],
    mustResetPassword: false,
    totpSecret: null,
  };
  await client.query(
    `INSERT INTO users (email, password_hash, enabled, is_administrator, roles, must_reset_password, mac)
      SELECT email, $2, true, false, '{}', false, mac FROM unnest($1::text[], $3::text[]) u (email, mac)
      ON CONFLICT (email) DO NOTHING`,
    [emails, passwordHash, emails.map((email) => userSeals.sign({ ...user, email }))],
  );
}
