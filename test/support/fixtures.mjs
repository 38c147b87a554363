import { join } from 'node:path';

/** The data that the suites share. Each run creates this folder again. */
export const CACHE = join(import.meta.dirname, '../.cache');

/** The database that each suite on PostgreSQL copies at its start, and the secret of that database. */
export const TEMPLATE = 'tessera_image';
export const SECRET = 'a secret for tests only of no less than 43 characters';

/** Session settings that the test databases set on PostgreSQL. None may affect the service. The tests themselves use `sane`. */
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

/** SQL that gives a database the hostile settings. Copies of the database do not inherit them. */
export const hostileSessions = (database) =>
  Object.entries(SESSION_SETTINGS)
    .map(([name, { hostile }]) => `ALTER DATABASE ${database} SET ${name} = '${hostile}'`)
    .join(';');

/** For PGOPTIONS: the tests themselves use ordinary settings. */
export const SANE_SESSIONS = Object.entries(SESSION_SETTINGS)
  .map(([name, { sane }]) => `-c ${name}=${sane}`)
  .join(' ');

/** The data folder that each suite copies at its start. */
export const IMAGE = join(CACHE, 'image');

const DIST = join(import.meta.dirname, '../../dist');
/** The service and its command line, as built. */
export const MAIN = join(DIST, 'main.js');
export const CLI = join(DIST, 'cli/main.js');

/**
 * Options of Node.js for the processes of the suites: V8 compiles WebAssembly, which is the embedded database, by its fast compiler
 * alone. Most processes end before the optimised code would pay for its compilation.
 */
export const QUICK_START = ['--liftoff-only'];
/** The same for commands, which end before optimised JavaScript would pay either. */
export const QUICK_COMMAND = [...QUICK_START, '--no-opt'];

const OPERATIONS = ['Create', 'Read', 'List', 'Edit', 'Delete'];

/** The users of the image: the administrator, a user for each role of the resource, a user with all roles, a user without roles. */
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
