import { DatabaseError } from 'pg';
import { isDatabaseUnreachable, NotConnected, reasonOf } from './database-failures.js';
import { UnsuitableDatabase } from './session.js';

const PRIVATE_CA = 'name the file of its CA in sslrootcert or PGSSLROOTCERT, or have the server send its whole chain';
const NETWORK = 'correct host and port, or let this machine through the firewall';

/** Faults of the database itself, embedded or not. */
const ITS_OWN = /^(25006|53...|54...|55...|57...|58...|F0...|XX...)$/;

/** What an operator can do, by SQLSTATE (PostgreSQL, appendix A) or by Node's code. */
const REMEDIES: readonly (readonly [codes: RegExp, remedy: string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'correct the host name, or the DNS settings of this machine'],
  [/^ECONNREFUSED$/, 'start PostgreSQL there, or correct host and port'],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, NETWORK],
  [/^ECONNRESET$/, 'see that PostgreSQL is what listens there, and read its log'],
  [/^(57P03|57P0[12])$/, 'wait until it is up, or read its log'],
  [/^53300$/, 'raise max_connections, or lower DATABASE_POOL_SIZE'],
  [/^28P01$/, 'correct user and password'],
  [
    /^28000$/,
    'correct the user, or let it in by pg_hba.conf; if the server wants encryption, add ?sslmode=verify-full',
  ],
  [/^3D000$/, 'correct the name of the database, or create it'],
  [/^42501$/, 'GRANT the role what is missing: USAGE and CREATE on its schema, and all rights on the tables in it'],
  [
    /^(42P07|42710)$/,
    'give the service a database or a schema of its own, or the role the rights on the tables of the service',
  ],
  [/^(22023|42704)$/, 'correct the options in the URL, or those of the role'],
  [/^08P01$/, 'see "Connecting to PostgreSQL" in docs/operations.md for what a pooler must take'],
  [/^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)_.*)$/, PRIVATE_CA],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'use a host that the certificate names, or sslmode=verify-ca with sslrootcert'],
  [/^CERT_/, 'renew the certificate of the server, or correct the clock of this machine'],
  [/^(ERR_OSSL_|ERR_SSL_|EPROTO)/, 'correct the files that sslrootcert, sslcert and sslkey or PGSSLROOTCERT name'],
  [ITS_OWN, 'see to its disk and memory, and read the log of the server'],
];

/** What an operator can do about errors of the driver that have no code, by their message. */
const BY_MESSAGE: readonly (readonly [messages: RegExp, remedy: string])[] = [
  [/^SASL: .*client password/, 'add the password, or let the role in without one by pg_hba.conf'],
  [/does not support SSL/, 'set up TLS on the server, or use sslmode=disable where the network is yours'],
  [/^Connection terminated unexpectedly/, 'see that PostgreSQL is what listens there, and read its log'],
  [/timeout/, NETWORK],
];

/**
 * Says in one sentence for operators why the database cannot be used: the setting, the message of PostgreSQL or the system, and what to do.
 * The sentence contains no secret.
 * @returns undefined when the error is not about the database, or is a bug of the service
 */
export function databaseFault(error: unknown): string | undefined {
  if (error instanceof NotConnected) return hostsFault(error);
  const remedy = error instanceof Error ? remedyOf(error) : undefined;
  const isOfDatabase = isDatabaseUnreachable(error) || isFromServer(error);
  if (!(error instanceof Error) || !isOfDatabase || !remedy) return undefined;
  return `${ITS_OWN.test(codeOf(error) ?? '') ? 'The database' : 'DATABASE_URL'}: ${said(error)}; ${remedy}.`;
}

function hostsFault({ failures }: NotConnected): string {
  const reasons = failures.map(({ host, error }) => `${host}: ${said(error)}`);
  const remedies = new Set(failures.map(({ error }) => remedyOf(error) ?? 'correct it, or read the log of the server'));
  const all = failures.length > 1 ? 'no host accepts writes: ' : '';
  return `DATABASE_URL: ${all}${reasons.join(', ')}; ${[...remedies].join('; ')}.`;
}

function said(error: Error): string {
  const code = codeOf(error);
  const reason = reasonOf(error)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return code === undefined || reason.includes(code) ? reason : `${reason} (${code})`;
}

function remedyOf(error: Error): string | undefined {
  if (error instanceof UnsuitableDatabase) return error.remedy;
  const { syscall } = error as NodeJS.ErrnoException;
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'EACCES') {
    if (syscall === 'connect') return 'start PostgreSQL there, or correct the folder of its socket';
    if (syscall === 'open' || syscall === 'read')
      return 'correct the file that sslrootcert, sslcert, sslkey or PGSSLROOTCERT names';
  }
  const byCode = REMEDIES.find(([codes]) => code !== undefined && codes.test(code));
  return (byCode ?? BY_MESSAGE.find(([messages]) => messages.test(reasonOf(error))))?.[1];
}

/** TypeORM wraps the error of the driver, and its code, in an error of its own. */
function isFromServer(error: unknown): boolean {
  const { driverError = error } = error as { driverError?: unknown };
  return driverError instanceof DatabaseError;
}

function codeOf(error: Error): string | undefined {
  const { code } = (error instanceof AggregateError ? error.errors[0] : error) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
