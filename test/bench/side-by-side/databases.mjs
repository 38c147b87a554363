import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../support/postgres-server.mjs';
import { OAUTH2_SCHEMA } from '../servers/oauth2-model.mjs';
import { OIDC_SCHEMA } from '../servers/oidc-adapter.mjs';
import { processorTimeOf } from './processor-time.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const USERS = 10_000;
const USAGE = `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS position, pg_backend_pid() AS process`;

/** Checkpoints come only on request. After a checkpoint PostgreSQL writes whole pages, which would slow down only the contender that runs next. */
const POSTGRES_SETTINGS = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_buffers=512MB',
  'max_wal_size=32GB',
  'checkpoint_timeout=1d',
];

/** What the server of a connection has written into its log (`walBytes`), and its processor time in milliseconds (`cpuMs`), until now. */
export async function usageOf(client) {
  const { rows } = await client.query(USAGE);
  return { walBytes: rows[0].position, cpuMs: processorTimeOf(rows[0].process) };
}

/** The databases of one server: one for each contender, all with the same number of tokens. */
export class Databases {
  #server;
  #admin;

  constructor(url) {
    this.#server = url;
    this.#admin = new pg.Client({ connectionString: url });
    this.#admin.on('error', () => undefined);
  }

  /** The databases of a PostgreSQL that is started now, and stopped when the benchmark ends. */
  static async start(session) {
    const postgres = await startPostgres(POSTGRES_SETTINGS);
    session.onEnd(() => postgres.stop());
    const databases = new Databases(postgres.url);
    await databases.#admin.connect();
    session.onEnd(() => databases.close());
    return databases;
  }

  close() {
    return this.#admin.end();
  }

  urlOf(name) {
    return Object.assign(new URL(this.#server), { pathname: name }).href;
  }

  async create(name, template = 'template1') {
    await this.#admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.urlOf(name);
  }

  usage() {
    return usageOf(this.#admin);
  }

  async version() {
    const { rows } = await this.#admin.query('SHOW server_version');
    return rows[0].server_version;
  }

  /** Writes all pending pages to disk, so that every measurement starts in the same state. */
  async settle() {
    await this.#admin.query('CHECKPOINT');
  }
}

/** Fills a database with `npm run bench:seed` of a checkout. No job of the service would delete any of the records. */
export async function seedService(env, { rows, log, checkout = ROOT }) {
  const file = openSync(log, 'a');
  const parameters = [
    join(checkout, 'test/bench/seed.mjs'),
    '--rows',
    String(rows),
    '--users',
    String(USERS),
    '--expired',
    '0',
  ];
  const child = spawn(process.execPath, parameters, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', file, file],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The database of the service was not filled: see ${log}`);
}

/** Sessions of seeded users from all over the table, and the numbers of subjects and records. */
export async function seeded(url, count) {
  return withClient(url, async (client) => {
    const { rows: sessions } = await client.query(
      `SELECT t.id::float8 AS id, t.unique_id AS "uniqueId", t.generation::float8 AS generation, t.client_id AS "clientId"
        FROM refresh_tokens t JOIN users u ON u.email = t.subject
        WHERE t.issued AND t.expires_on > now() + interval '1 day' ORDER BY md5(t.id::text) LIMIT $1`,
      [count],
    );
    const { rows } = await client.query(
      `SELECT count(*)::float8 AS records, count(DISTINCT subject)::float8 AS subjects FROM refresh_tokens`,
    );
    return { sessions, ...rows[0] };
  });
}

/** A table of tokens for oidc-provider, with the grant of each. */
export function fillOidc(url, rows) {
  return fill(url, [
    OIDC_SCHEMA,
    USERS_OF_RIVALS,
    `INSERT INTO oidc_payloads (type, id, payload, grant_id, expires_at)
      SELECT 'RefreshToken', md5(n::text) || left(md5(n::text), 11), jsonb_build_object('kind', 'RefreshToken', 'jti', md5(n::text),
          'accountId', 'user' || n || '@example.com', 'clientId', 'bench-app', 'grantId', md5('grant' || n), 'gty', 'authorization_code',
          'scope', 'api:read', 'resource', 'urn:bench:api', 'authTime', 1750000000, 'iat', 1750000000, 'exp', 1760000000,
          'iiat', 1750000000, 'amr', jsonb_build_array('pwd')),
        md5('grant' || n), now() + interval '1 day' + n * interval '1 second' FROM generate_series(1, ${rows}) n`,
    `INSERT INTO oidc_payloads (type, id, payload, expires_at)
      SELECT 'Grant', md5('grant' || n), jsonb_build_object('kind', 'Grant', 'jti', md5('grant' || n), 'clientId', 'bench-app',
          'accountId', 'user' || n || '@example.com', 'iat', 1750000000, 'exp', 1760000000,
          'resources', jsonb_build_object('urn:bench:api', 'api:read')),
        now() + interval '75 days' + n * interval '1 second' FROM generate_series(1, ${rows}) n`,
  ]);
}

/** A table of tokens for @node-oauth/oauth2-server. */
export function fillOAuth2(url, rows) {
  return fill(url, [
    OAUTH2_SCHEMA,
    USERS_OF_RIVALS,
    `INSERT INTO refresh_tokens SELECT sha256(n::text::bytea), 'bench-app', 'user' || 1 + n % ${USERS} || '@example.com', '{api:read}',
      now() + interval '1 day' + n * interval '1 second' FROM generate_series(1, ${rows}) n`,
  ]);
}

/** Records for the afternoon service, in the table that it created at its start. */
export function fillAfternoon(url, { records, subjects }) {
  return fill(url, [
    `INSERT INTO refresh_tokens ("uniqueId", subject, "clientId", "expiresOn", "protectedTicket", "ticketHash", "ticketSalt", "updatedBy")
      SELECT gen_random_uuid(), 'user' || 1 + n % ${subjects} || '@example.com', 'partner-' || n % 50, now() + n * interval '1 second',
        left(repeat(md5(n::text), 9), 271), md5(n::text) || '0123456789A=', left(md5(n::text), 24), 'admin@example.com'
      FROM generate_series(1, ${records}) n`,
  ]);
}

const USERS_OF_RIVALS = `INSERT INTO users SELECT 'user' || n || '@example.com', true FROM generate_series(1, ${USERS}) n`;

function fill(url, statements) {
  return withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement);
    await client.query('VACUUM (ANALYZE)');
  });
}

async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
