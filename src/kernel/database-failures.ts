/** SQLSTATE (PostgreSQL, appendix A) and Node's codes for: no connection was made, so nothing was asked. */
const NOT_CONNECTED = /^(57P03|53300|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)$/;
/** A connection broke, perhaps after something was asked. */
const BROKEN = /^(08...|57P0[125]|25P03|ECONNRESET|EPIPE)$/;
/** What was asked was undone to let others pass: serialization failure, deadlock. */
const ROLLED_BACK = /^(40001|40P01)$/;
/** What was asked was undone: it took too long, waited too long for a lock, or came to a standby, which only reads. */
const REFUSED = /^(57014|55P03|25006)$/;
/** What the `pg` driver says without a code. */
const NOT_CONNECTED_MESSAGE = /^timeout exceeded when trying to connect/;
const BROKEN_MESSAGE = /^(Connection terminated|Client has encountered a connection error|Query read timeout)/;
const NO_MESSAGE = /(?!)/;

/** Whether an error means that the database cannot be reached now, rather than that a statement was wrong. */
export function isDatabaseUnreachable(error: unknown): boolean {
  return matches(error, NOT_CONNECTED, NOT_CONNECTED_MESSAGE) || isConnectionBroken(error);
}

/** Whether the connection broke while it was in use: what was asked may have been done, or not. */
export function isConnectionBroken(error: unknown): boolean {
  return matches(error, BROKEN, BROKEN_MESSAGE);
}

/** Whether the database undid what was asked to let others pass: asked again, it is likely to succeed. */
export function isRolledBack(error: unknown): boolean {
  return matches(error, ROLLED_BACK, NO_MESSAGE);
}

/** Whether the database is there but did not do what was asked, for a reason that passes: a limit of time, a lock, a failover. */
export function isDatabaseBusy(error: unknown): boolean {
  return matches(error, REFUSED, NO_MESSAGE) || isRolledBack(error);
}

function matches(error: unknown, codes: RegExp, messages: RegExp): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && codes.test(code)) return true;
  return messages.test(error.message) || (errors?.some((inner) => matches(inner, codes, messages)) ?? false);
}
