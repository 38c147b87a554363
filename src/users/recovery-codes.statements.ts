import { rowOf, statement } from '../database/statement.js';

/** The sealed recovery codes of a user. */
export const RECOVERY_CODES = statement({
  name: 'recovery-codes',
  isIdempotent: true,
  parameters: { email: 'text' },
  returns: rowOf<{ sealed: string | null }>(),
  text: 'SELECT recovery_codes AS sealed FROM users WHERE email = :email',
});

/** All sealed recovery codes. */
export const ALL_RECOVERY_CODES = statement({
  name: 'recovery-codes-all',
  isIdempotent: true,
  returns: rowOf<{ email: string; sealed: string }>(),
  text: 'SELECT email, recovery_codes AS sealed FROM users WHERE recovery_codes IS NOT NULL',
});

/** Replaces the sealed recovery codes of a user, unless they have changed since they were read. */
export const REPLACE_RECOVERY_CODES = statement({
  name: 'recovery-codes-replace',
  parameters: { email: 'text', was: 'text', now: 'text' },
  text: 'UPDATE users SET recovery_codes = :now WHERE email = :email AND recovery_codes = :was RETURNING email',
});
