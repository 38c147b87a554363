/** No connection was made, so nothing was asked: SQLSTATE (PostgreSQL, appendix A) and Node's codes. */
const NOT_CONNECTED = /^(57P03|53300|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)$/;
/** A connection broke, perhaps after something was asked. */
const BROKEN = /^(08...|57P0[12]|ECONNRESET|EPIPE)$/;
/** What the `pg` driver says without a code. */
const NOT_CONNECTED_MESSAGE = /^timeout exceeded when trying to connect/;
const BROKEN_MESSAGE = /^(Connection terminated|Client has encountered a connection error)/;

/** Whether an error means that the database cannot be reached now, rather than that a statement was wrong. */
export function isDatabaseUnreachable(error: unknown): boolean {
  return matches(error, NOT_CONNECTED, NOT_CONNECTED_MESSAGE) || isConnectionBroken(error);
}

/** Whether the connection broke while it was in use: what was asked may have been done, or not. */
export function isConnectionBroken(error: unknown): boolean {
  return matches(error, BROKEN, BROKEN_MESSAGE);
}

function matches(error: unknown, codes: RegExp, messages: RegExp): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && codes.test(code)) return true;
  return messages.test(error.message) || (errors?.some((inner) => matches(inner, codes, messages)) ?? false);
}
