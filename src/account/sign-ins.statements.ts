import { rowOf, statement } from '../database/statement.js';

/** A sign-in of a user, or an attempt that was refused. */
export interface SignInEvent {
  readonly createdOn: Date;
  readonly kind: 'login' | 'login-failed';
  readonly reason: string | null;
  readonly clientId: string | null;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** How many of the newest events about a user are looked through. A user may have millions of others. */
const LOOKED_THROUGH = 5_000;

/** The newest sign-ins of a user, at most `limit`, among the newest events about the user. */
export const SIGN_INS = statement({
  name: 'account-sign-ins',
  isIdempotent: true,
  parameters: { subject: 'text', limit: 'int' },
  returns: rowOf<SignInEvent>(),
  text: `SELECT created_on AS "createdOn", kind, reason, client_id AS "clientId", session_id AS "sessionId", address, user_agent AS "userAgent"
    FROM (SELECT * FROM audit_trail_entries WHERE subject = :subject ORDER BY id DESC LIMIT ${LOOKED_THROUGH}) recent
    WHERE kind IN ('login', 'login-failed') ORDER BY id DESC LIMIT :limit::int`,
});
