import { arraysOf } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import { passwordNameSql } from './password-seals.service.js';

/**
 * Locks a user who may sign in until the login is done. The password hash is the one that was checked, in whatever form it is stored by
 * now. A change of password or a disabling waits for the login, and then ends its session; or was there first, and then there is no such
 * user.
 */
export const LOCK_USER = statement({
  name: 'session-hold-user',
  parameters: { email: 'text', passwordHash: 'text' },
  text: `SELECT email FROM users WHERE email = :email
    AND ${passwordNameSql('password_hash')} = ${passwordNameSql(':passwordHash::text')}
    AND enabled AND NOT must_reset_password FOR SHARE`,
});

/** A user whose MAC was `earlierMac`, and what is sealed of them, in a new form. */
const REPLACED = {
  email: 'text',
  earlierMac: 'text?',
  passwordHash: 'text',
  totpSecret: 'text?',
  mac: 'text',
} as const;

/** Replaces what is sealed of users whose rows are still as they were read. */
export const REPLACE = statement({
  name: 'user-replace',
  batch: REPLACED,
  text: `UPDATE users u SET password_hash = n.password_hash, totp_secret = n.totp_secret, mac = n.mac
    FROM unnest(${parameterList(arraysOf(REPLACED), 'typed')}) AS n (${columnList(REPLACED)})
    WHERE u.email = n.email AND u.mac = n.earlier_mac RETURNING u.email`,
});

/** Spends a code: notes its step, unless a code of this or a later step was spent. */
export const SPEND_STEP = statement({
  name: 'totp-spend-step',
  parameters: { email: 'text', step: 'bigint' },
  text: `UPDATE users SET totp_last_step = :step
    WHERE email = :email AND (totp_last_step IS NULL OR totp_last_step < :step) RETURNING email`,
});

/** The time by the clock of the database. */
export const CLOCK = statement({ name: 'totp-clock', returns: rowOf<{ now: Date }>(), text: 'SELECT now() AS now' });
