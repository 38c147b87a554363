import { arraysOf } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { NOW_SECOND } from '../database/now-second.js';
import { rowOf, statement } from '../database/statement.js';
import type { Write } from '../resource/write-envelope.js';

/** A user whose MAC was `earlierMac`, and the new form of the sealed members. */
const REPLACED = {
  email: 'text',
  earlierMac: 'text?',
  passwordHash: 'text',
  totpSecret: 'text?',
  mac: 'text',
} as const;

/** Replaces the sealed members of users whose rows have not changed since they were read. */
export const REPLACE = statement({
  name: 'user-replace',
  batch: REPLACED,
  text: `UPDATE users u SET password_hash = n.password_hash, totp_secret = n.totp_secret, mac = n.mac
    FROM unnest(${parameterList(arraysOf(REPLACED), 'typed')}) AS n (${columnList(REPLACED)})
    WHERE u.email = n.email AND u.mac = n.earlier_mac RETURNING u.email`,
});

/** Spends a code: stores its step, unless a code of this step or a later step was spent. */
export const SPEND_STEP = statement({
  name: 'totp-spend-step',
  parameters: { email: 'text', step: 'bigint' },
  text: `UPDATE users SET totp_last_step = :step
    WHERE email = :email AND (totp_last_step IS NULL OR totp_last_step < :step) RETURNING email`,
});

/** The time by the clock of the database. */
export const CLOCK = statement({ name: 'totp-clock', returns: rowOf<{ now: Date }>(), text: 'SELECT now() AS now' });

/** Lets one transaction at a time take the power of an administrator away. It lasts until the transaction ends. */
export const LOCK_ADMINISTRATORS = statement({
  name: 'user-lock-administrators',
  isPrepared: false,
  parameters: { lock: 'bigint' },
  text: 'SELECT pg_advisory_xact_lock(:lock)',
});

/** Deletes a locked user. */
export const DELETE_USER = statement({
  name: 'user-delete',
  parameters: { email: 'text', author: 'text' },
  returns: rowOf<Write>(),
  text: `DELETE FROM users WHERE email = :email RETURNING id, ${NOW_SECOND} AS "updatedOn", :author::text AS "updatedBy"`,
});
