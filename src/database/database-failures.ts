import { AppError } from '../kernel/app-error.js';

/** A kind of failure, by SQLSTATE (PostgreSQL, appendix A) or Node's code, or by the message of an error without a code. */
interface Failure {
  readonly codes: RegExp;
  readonly messages?: RegExp;
}

/** No connection was made, so no statement was sent. */
const NOT_CONNECTED: Failure = {
  codes: /^(57P03|53300|ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/,
  messages: /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)/,
};
/** A connection broke, perhaps after a statement was sent. */
const BROKEN: Failure = {
  codes: /^(08...|57P0[1245]|25P0[34]|ECONNRESET|EPIPE)$/,
  messages:
    /^(Connection terminated(?! due to connection timeout)|Client has encountered a connection error|Query read timeout|Query runner already released|Database connection provided by a query runner was already released)/,
};
/** While connecting, these codes mean NOT_CONNECTED. Later they mean BROKEN. */
const SILENT: Failure = { codes: /^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/ };
/** The statement was rolled back in favour of others: serialization failure, deadlock. */
const ROLLED_BACK: Failure = { codes: /^(40001|40P01)$/ };
/** The statement was rolled back: it took too long, waited too long for a lock, or reached a standby, which only reads. */
const REFUSED: Failure = { codes: /^(57014|55P03|25006)$/ };
/** The statement was rolled back: the server has no disk or memory left, or could not read or write a file. */
const EXHAUSTED: Failure = { codes: /^(53(?!300)...|58030)$/ };

export const RETRY_AFTER_SECONDS = '5';

/** Why the service has no connection to one host of the database. */
export interface HostFailure {
  /** Host and port, or the path of its socket. */
  readonly host: string;
  readonly error: Error;
}

/** No connection could be made, or the database behind it cannot be used. So no statement of a request was sent. */
export class NotConnected extends Error {
  constructor(
    readonly failures: readonly HostFailure[],
    /** Whether the reason may be temporary. A wrong password, a bad certificate or a missing database is not. */
    readonly mayPass: boolean,
  ) {
    super(failures.map(({ host, error }) => `${host}: ${reasonOf(error)}`).join('; '), { cause: failures[0]?.error });
  }
}

/** The message of an error. If the host name has several addresses, the messages for all addresses. */
export function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return [...new Set((error.errors as Error[]).map(reasonOf))].join(', ');
  return error.message;
}

/** The database failed after a statement may have taken effect. The cause does not say whether it did. */
class OutcomeUnknown extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

/**
 * Throws the error again, after an earlier statement may have taken effect. A failure of the database is wrapped, because its message would
 * otherwise say that nothing was written.
 */
export function throwOutcomeUnknown(error: unknown): never {
  throw isDatabaseUnreachable(error) || isDatabaseBusy(error) ? new OutcomeUnknown(error as Error) : error;
}

/** Whether an error means that the database cannot be reached now, rather than that a statement was wrong. */
export function isDatabaseUnreachable(error: unknown): boolean {
  return error instanceof NotConnected || isDatabaseAway(error);
}

/** Whether the database cannot be reached for a reason that may be temporary. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof NotConnected) return error.mayPass;
  return is(error, NOT_CONNECTED) || isOfConnecting(error) || isConnectionBroken(error);
}

/** Whether the connection broke while it was in use: the statement may have taken effect, or not. */
export function isConnectionBroken(error: unknown): boolean {
  if (error instanceof NotConnected) return false;
  return error instanceof OutcomeUnknown || is(error, BROKEN) || (is(error, SILENT) && !isOfConnecting(error));
}

/** Whether the database rolled the statement back in favour of others. If it is run again, it is likely to succeed. */
export function isRolledBack(error: unknown): boolean {
  return is(error, ROLLED_BACK);
}

/** Whether the server lacked the means for the statement, such as disk space, and rolled it back. */
export function isDatabaseExhausted(error: unknown): boolean {
  return is(error, EXHAUSTED);
}

/** Whether the database answers but did not run the statement for a temporary reason: a time limit, a lock, a failover. */
export function isDatabaseBusy(error: unknown): boolean {
  return is(error, REFUSED) || isRolledBack(error) || isDatabaseExhausted(error);
}

/** Whether the database refused the statement for its content, and rolled it back. It would refuse the statement again. */
export function isStatementRefused(error: unknown): boolean {
  const isOfDatabase = error instanceof Error && 'severity' in error;
  return isOfDatabase && !isDatabaseUnreachable(error) && !isDatabaseBusy(error);
}

/** 503: the database did not run the statement, but may run it later. */
export function databaseBusy(detail: string, reason = 'took too long'): AppError {
  return new AppError('database_busy', 503, `The database ${reason}; nothing was written.`, {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    detail,
  });
}

/** Whether the failure happened while connecting. If the host name has several addresses, all of them must have failed in this way. */
function isOfConnecting(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isOfConnecting);
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect';
}

function is(error: unknown, failure: Failure): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && failure.codes.test(code)) return true;
  return (failure.messages?.test(error.message) ?? false) || (errors?.some((inner) => is(inner, failure)) ?? false);
}
