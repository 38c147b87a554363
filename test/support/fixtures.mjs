import { join } from 'node:path';

/** Where what the suites share is kept, made anew with each run. */
export const CACHE = join(import.meta.dirname, '../.cache');

/** The database that each suite on PostgreSQL begins with a copy of, and the secret it was made under. */
export const TEMPLATE = 'tessera_image';
export const SECRET = 'a secret for tests only of no less than 43 characters';

/** What every database of the tests on PostgreSQL says of its sessions: none of it may reach the service. `sane` is for the tests themselves. */
const SESSION_SETTINGS = {
  datestyle: { hostile: 'German', sane: 'ISO,MDY' },
  timezone: { hostile: 'Asia/Kathmandu', sane: 'UTC' },
  intervalstyle: { hostile: 'sql_standard', sane: 'postgres' },
  extra_float_digits: { hostile: '-15', sane: '1' },
  bytea_output: { hostile: 'escape', sane: 'hex' },
  array_nulls: { hostile: 'off', sane: 'on' },
  standard_conforming_strings: { hostile: 'off', sane: 'on' },
  client_encoding: { hostile: 'LATIN1', sane: 'UTF8' },
  default_transaction_isolation: { hostile: 'serializable', sane: 'read\\ committed' },
  lock_timeout: { hostile: '1ms', sane: '0' },
  idle_in_transaction_session_timeout: { hostile: '1s', sane: '0' },
  idle_session_timeout: { hostile: '2s', sane: '0' },
};

/** SQL: gives a database such sessions, which its copies do not inherit. */
export const hostileSessions = (database) =>
  Object.entries(SESSION_SETTINGS)
    .map(([name, { hostile }]) => `ALTER DATABASE ${database} SET ${name} = '${hostile}'`)
    .join(';');

/** For PGOPTIONS: the sessions of the tests themselves are as usual. */
export const SANE_SESSIONS = Object.entries(SESSION_SETTINGS)
  .map(([name, { sane }]) => `-c ${name}=${sane}`)
  .join(' ');

/** The data folder that each suite begins with a copy of. */
export const IMAGE = join(CACHE, 'image');

/** The bundle of the service and its command line that the suites start: `test/support/bundle.mjs` has the reason. */
export const BUNDLE = join(CACHE, 'bundle');
export const MAIN = join(BUNDLE, 'main.mjs');
export const CLI = join(BUNDLE, 'cli.mjs');

/**
 * Options of Node.js for the processes of the suites: V8 compiles WebAssembly, which is the embedded database, by its fast compiler
 * alone. Most processes end before the optimised code would pay for its compilation: a start takes half a second less of a processor.
 */
export const QUICK_START = ['--liftoff-only'];

const OPERATIONS = ['Create', 'Read', 'List', 'Edit', 'Delete'];

/** The users of the image: the administrator first, then one for each role of the resource, one with all, one with none. */
export const USERS = [
  { email: 'admin@example.com', password: 'correct horse: battery', isAdministrator: true, roles: [] },
  ...OPERATIONS.map((operation) => ({
    email: `${operation.toLowerCase()}@example.com`,
    password: `password of ${operation}`,
    isAdministrator: false,
    roles: [`RefreshToken-${operation}`],
  })),
  {
    email: 'all@example.com',
    password: 'password of all',
    isAdministrator: false,
    roles: OPERATIONS.map((operation) => `RefreshToken-${operation}`),
  },
  { email: 'none@example.com', password: 'password of none', isAdministrator: false, roles: [] },
];
