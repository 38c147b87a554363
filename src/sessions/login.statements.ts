import { rowOf, statement } from '../database/statement.js';
import type { Session } from './session.js';
import { ISSUED, NOW_SECOND } from './session.statements.js';

/** Creates the row of a session if it does not exist. The login then writes its content. */
export const FIND_OR_CREATE = statement({
  name: 'session-find-or-create',
  parameters: { uniqueId: 'uuid', subject: 'text', clientId: 'text' },
  text: `INSERT INTO refresh_tokens (unique_id, subject, client_id, issued, generation, first_generation, auth_time, rotated_on,
      expires_on, amr, protected_ticket, ticket_hash, ticket_salt, updated_by)
    VALUES (:uniqueId, :subject, :clientId, true, 0, 0, now(), now(), now(), '{}', '', '', '', :subject)
    ON CONFLICT (subject, client_id) WHERE issued DO NOTHING`,
});

/**
 * A token has four bytes for its generation. A login on a row that has reached this generation begins another session. Below it, enough
 * numbers are left for all refreshes of one login.
 */
const WORN = '2147483648';

/**
 * Begins a new login, from this address, on the row of a session. Lifetimes are in seconds. The generation leaps by a random number. After
 * a backup was restored, tokens that were issued after the backup then belong to an earlier login. Without the leap, the new login would
 * use their generations again. A row whose generations are used up becomes another session.
 */
export const ADVANCE = statement({
  name: 'session-advance',
  parameters: {
    subject: 'text',
    clientId: 'text',
    amr: 'text[]',
    life: 'float8',
    longestLife: 'float8',
    newUniqueId: 'uuid',
    address: 'inet?',
    userAgent: 'text?',
    requestId: 'text?',
  },
  returns: rowOf<Session>(),
  text: `UPDATE refresh_tokens t SET generation = leap.generation, first_generation = leap.generation, unique_id = leap.unique_id,
      amr = :amr, auth_time = ${NOW_SECOND}, rotated_on = now(), updated_on = ${NOW_SECOND}, updated_by = subject,
      rotations = '{}', repetitions = 0, confirmed_generation = NULL,
      last_redeemed_on = now(), last_address = :address::inet, last_user_agent = :userAgent::text, last_request_id = :requestId::text,
      expires_on = date_trunc('second', now() + make_interval(secs => least(:life::float8, :longestLife::float8)))
    FROM (SELECT id,
        CASE WHEN generation < ${WORN} THEN generation + 1 + floor(random() * 4096)::bigint ELSE 0 END AS generation,
        CASE WHEN generation < ${WORN} THEN unique_id ELSE :newUniqueId::uuid END AS unique_id
      FROM refresh_tokens WHERE subject = :subject AND client_id = :clientId AND issued FOR UPDATE) leap
    WHERE t.id = leap.id RETURNING ${ISSUED}`,
});

/** Stores the token that a login issued, and the sealed ticket. */
export const STORE_TICKET = statement({
  name: 'session-store-ticket',
  parameters: { id: 'bigint', salt: 'text', hash: 'text', ticket: 'text' },
  text: 'UPDATE refresh_tokens SET ticket_salt = :salt, ticket_hash = :hash, protected_ticket = :ticket WHERE id = :id',
});
