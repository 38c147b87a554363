import { join } from 'node:path';
import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { runCli } from '../support/cli.js';
import { databaseUrl, deleteData, newEmptyData, settingsOf } from '../support/data.js';
import { openSocket, openTls } from '../support/database-doors.js';
import { freePort } from '../support/service.js';
import { runMain } from '../support/run-main.js';
import { the } from '../support/sessions.js';

/** The role exists for this file alone. */
const ROLE = `start_${uuid().replaceAll('-', '')}`;
const OTHER = `${ROLE}_other`;

let dataDir: string;
let database: pg.Client;
let url: URL;
beforeAll(async () => {
  dataDir = await newEmptyData();
  url = new URL(the(databaseUrl(dataDir)));
  database = new pg.Client({ connectionString: url.href });
  await database.connect();
  await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret'`);
  await database.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
});
afterAll(async () => {
  await database.query(`DROP OWNED BY ${ROLE}`);
  await database.query(`DROP ROLE ${ROLE}`);
  await database.end();
  await deleteData(dataDir);
});

const as = (changes: Partial<URL>): string => Object.assign(new URL(url), changes).href;
const role = { username: ROLE, password: 'secret' };

/** The stderr of a start that must fail. It must contain no stack trace. */
async function complaintOf(settings: NodeJS.ProcessEnv): Promise<string> {
  const { code, output } = await runMain({ ...settingsOf(dataDir), PORT: String(await freePort()), ...settings });
  expect([code, /^ +at /m.test(output)]).toEqual([1, false]);
  return output.trimEnd().split('\n').at(-1) ?? '';
}

describe('a database that cannot be used ends the start with one sentence about', () => {
  it.each([
    ['a missing database', { pathname: '/nowhere' }, /3D000\); correct the name of the database/],
    ['a missing role', { username: 'nobody_at_all' }, /\((28000|28P01)\); correct (the )?user/],
    ['a role that may not create tables', role, /public \(42501\); GRANT the role what is missing: USAGE and CREATE/],
    [
      'a search_path without an existing schema',
      { search: '?options=-c%20search_path%3Dnowhere' },
      /search_path \(nowhere\) names no schema that role "[^"]+" may use; create one, or: GRANT USAGE, CREATE ON SCHEMA/,
    ],
    ['unknown options of PostgreSQL', { search: '?options=-c%20nope%3D1' }, /\(42704\); correct the options/],
    ['a server without encryption', { search: '?sslmode=verify-full' }, /SSL.*; set up TLS on the server/],
    [
      'a missing certificate file',
      { search: '?sslrootcert=/nowhere.crt' },
      /ENOENT.*'\/nowhere.crt'; correct the file that sslrootcert/,
    ],
  ])('%s', async (_what, changes: Partial<URL>, sentence) => {
    const complaint = await complaintOf({ DATABASE_URL: as(changes) });
    expect(complaint).toMatch(/^DATABASE_URL: [^\n]*\.$/);
    expect(complaint).toMatch(sentence);
    expect(complaint).not.toContain('secret');
  });

  it.each(['LATIN1', 'SQL_ASCII'])('an encoding of %s, also for a command', async (encoding) => {
    await database.query(
      `CREATE DATABASE ${OTHER} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    const settings = { DATABASE_URL: as({ pathname: OTHER }) };
    const complaint = await complaintOf(settings);
    const { stderr } = await runCli(dataDir, ['users', 'list'], '', settings);
    await database.query(`DROP DATABASE ${OTHER} WITH (FORCE)`);
    expect(complaint).toMatch(
      new RegExp(`server_encoding of database "${OTHER}" is ${encoding}; create a database in UTF8`),
    );
    expect(stderr.trimEnd()).toBe(complaint);
  });

  it('a certificate of a private CA that no setting names', async () => {
    const door = await openTls(url.href);
    const complaint = await complaintOf({ DATABASE_URL: `${door.url}?sslmode=require` });
    const other = await complaintOf({
      DATABASE_URL: door.url.replace('localhost', '127.0.0.1'),
      PGSSLROOTCERT: door.ca,
    });
    door.close();
    expect(complaint).toMatch(
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE\); name the file of its CA in sslrootcert or PGSSLROOTCERT/,
    );
    expect(other).toMatch(
      /ERR_TLS_CERT_ALTNAME_INVALID\); use a host that the certificate names, or sslmode=verify-ca/,
    );
  });

  it('a port that another program uses', async () => {
    const door = await openTls(url.href);
    const { code, output } = await runMain({ ...settingsOf(dataDir), HOST: 'localhost', PORT: String(door.port) });
    door.close();
    expect([code, output.includes(' at ')]).toEqual([1, false]);
    expect(output).toMatch(
      /^Bad settings:\n {2}HOST, PORT: expected an address and a port to listen on, but: listen EADDRINUSE/m,
    );
  });
});

it('the log says that the service waits for an absent database, for how long, and why it gave up', async () => {
  const hosts = `127.0.0.1:${await freePort()},127.0.0.1:${await freePort()}`;
  const { code, output } = await runMain({
    ...settingsOf(dataDir),
    DATABASE_URL: `postgres://tessera@${hosts}/tessera`,
  });
  const refused =
    /DATABASE_URL: no host accepts writes: \S+ connect ECONNREFUSED \S+, \S+ connect ECONNREFUSED \S+; start PostgreSQL there/;
  const lines = output.trimEnd().split('\n');
  expect(code).toBe(1);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(refused);
  expect(lines[0]).toMatch(/Trying again for (29|30) seconds\./);
  expect(lines[1]).toMatch(refused);
});

describe('the service is reached', () => {
  const migrate = (settings: NodeJS.ProcessEnv) => runCli(dataDir, ['migrations', 'run'], '', settings);
  const done = { code: 0, stdout: 'The schema is up to date.\n', stderr: '' };

  it('on its own schema, by a role without rights on public, whose content stays untouched', async () => {
    const folder = await newEmptyData();
    const shared = new URL(the(databaseUrl(folder)));
    const other = new pg.Client({ connectionString: shared.href });
    await other.connect();
    await other.query(`CREATE SCHEMA own AUTHORIZATION ${ROLE}`);
    await other.query('CREATE TABLE public.refresh_tokens (of_another_program text)');
    await other.query('CREATE INDEX refresh_tokens_created_on ON public.refresh_tokens (of_another_program)');
    await other.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    Object.assign(shared, { ...role, search: '?options=-c%20search_path%3Down,public' });
    const migrated = await migrate({ DATABASE_URL: shared.href });
    const { rows } = await other.query(
      `SELECT schemaname AS schema, count(*)::int FROM pg_indexes WHERE schemaname IN ('own', 'public') GROUP BY 1 ORDER BY 1`,
    );
    await other.end();
    await deleteData(folder);
    expect(migrated.code).toBe(0);
    expect(rows).toEqual([
      { schema: 'own', count: expect.any(Number) },
      { schema: 'public', count: 1 },
    ]);
  });

  it('through a Unix socket, in both forms of the URL', async () => {
    const door = await openSocket(url.href);
    const [user] = door.url.split('@');
    const inQuery = `${user}@${url.pathname}?host=${encodeURIComponent(door.folder)}`;
    // TLS settings have no effect on a socket.
    expect(await migrate({ DATABASE_URL: door.url, PGSSLROOTCERT: join(dataDir, 'nowhere') })).toEqual(done);
    expect(await migrate({ DATABASE_URL: inQuery })).toEqual(done);
    door.close();
  });

  it('by TLS under a private CA, named by the URL or by the settings of PostgreSQL’s own clients', async () => {
    const door = await openTls(url.href);
    const byAddress = door.url.replace('localhost', '127.0.0.1');
    for (const settings of [
      { DATABASE_URL: `${door.url}?sslrootcert=${door.ca}` },
      { DATABASE_URL: door.url, PGSSLROOTCERT: door.ca },
      { DATABASE_URL: `${door.url}?sslmode=require`, PGSSLROOTCERT: door.ca },
      { DATABASE_URL: byAddress, PGSSLROOTCERT: door.ca, PGSSLMODE: 'verify-ca' },
      { DATABASE_URL: `${byAddress}?sslmode=no-verify` },
    ])
      expect(await migrate(settings)).toEqual(done);
    door.close();
  });
});
