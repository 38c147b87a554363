/** SQLSTATE classes and codes that mean: no connection, or the server is going away (PostgreSQL, appendix A). */
const STATES = /^(08...|57P0[123]|53300)$/;
const NODE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
/** What the `pg` driver says without a code. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error means that the database cannot be reached now, rather than that a statement was wrong. */
export function isDatabaseUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errors } = error as { code?: unknown; errors?: unknown[] };
  if (typeof code === 'string' && (STATES.test(code) || NODE_CODES.has(code))) return true;
  return MESSAGES.test(error.message) || (errors?.some(isDatabaseUnreachable) ?? false);
}
