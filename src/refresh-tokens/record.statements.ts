import { ACT, ACT_COLUMNS, audited, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { shownEvent } from '../audit/shown.js';
import { askedRows } from '../database/asked.js';
import { pageSql, type PageStatements } from '../resource/page-reader.service.js';
import type { Statement } from '../database/statements.service.js';
import { isNew } from './refresh-token.entity.js';
import { NOW_SECOND } from '../sessions/session.statements.js';

/** A record as `RefreshTokenView` reads it. */
const RECORD = `id, unique_id AS "uniqueId", subject, client_id AS "clientId", expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket", ticket_hash AS "ticketHash", ticket_salt AS "ticketSalt", system_id AS "systemId",
  updated_by AS "updatedBy", created_on AS "createdOn", updated_on AS "updatedOn", is_new AS "isNew", issued`;

/** What the write envelope tells of a write. */
const WRITE = 'id, updated_on AS "updatedOn", updated_by AS "updatedBy"';

/** What is written of a new record. */
const CREATED = {
  subject: 'text',
  client_id: 'text',
  expires_on: 'timestamptz',
  protected_ticket: 'text',
  ticket_hash: 'text',
  ticket_salt: 'text',
  system_id: 'text',
  updated_by: 'text',
  unique_id: 'uuid',
};
const CREATED_COLUMNS = Object.keys(CREATED).join(', ');

/** $1 subject, $2 client, $3 expiry, $4 ticket, $5 hash, $6 salt, $7 system id, $8 author, $9 unique id. */
export const CREATE = audited(
  'record-create',
  `INSERT INTO refresh_tokens AS t (${CREATED_COLUMNS})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    RETURNING ${recordFacts('t')}, updated_on, updated_by, false AS ended`,
  WRITE,
);

/**
 * Several records, each of its author and with its event: $1 to $9 arrays of what `CREATE` takes, and $10 to $15 of what `actValues` says.
 * `place` counts them from 1.
 */
export const CREATE_EACH: Statement = {
  name: 'record-create-each',
  text: `WITH asked AS (
      SELECT * FROM ${askedRows({ ...CREATED, ...ACT })}
    ), act AS (
      INSERT INTO refresh_tokens (${CREATED_COLUMNS}) SELECT ${CREATED_COLUMNS} FROM asked
      RETURNING id, unique_id, subject, client_id, updated_on, updated_by
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, act.subject, act.client_id, unique_id, ARRAY[act.id], NULL, NULL, NULL, NULL::timestamptz
      FROM act JOIN asked USING (unique_id))
    SELECT asked.place::int, act.id, act.updated_on AS "updatedOn", act.updated_by AS "updatedBy"
    FROM act JOIN asked USING (unique_id)`,
};

/** How large a record is as JSON: the texts, two of them twice, and what is around them. */
const BYTES = `octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt)
  + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600`;

/** SQL: records by $1 ids. How many there are is hidden from the planner, as by `askedRows`. */
const BY_IDS = `SELECT t.*, ${isNew('t')} AS is_new, ${BYTES} AS bytes FROM refresh_tokens t
    WHERE id = ANY ((SELECT $1::bigint[])::bigint[])`;

/** The records of a search or a batch, with one event for all of them: $1 ids, $2 how many bytes are a small page, $3 to $8 `actValues`. */
export const READ: PageStatements = {
  page: {
    name: 'record-read-page',
    text: pageSql(BY_IDS, RECORD, shownEvent('act, page WHERE fits', 3)),
  },
  slice: {
    name: 'record-read-slice',
    isRepeatable: true,
    text: `SELECT ${RECORD} FROM (${BY_IDS}) act`,
  },
  event: {
    name: 'record-shown',
    text: shownEvent(`(${BY_IDS}) act`, 2),
  },
};

/**
 * Records of several readers, each with an event of who read it: $1 ids, and $2 to $7 for each what `actValues` says. `place` counts them
 * from 1.
 */
export const READ_EACH: Statement = {
  name: 'record-read-each',
  text: `WITH act AS (
      SELECT t.*, ${isNew('t')} AS is_new, asked.*
      FROM ${askedRows({ asked_id: 'bigint', ...ACT })}
      JOIN refresh_tokens t ON t.id = asked.asked_id
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, ${FACTS_OF_EVENT} FROM act)
    SELECT place::int, ${RECORD} FROM act`,
};

/**
 * Parameters as of `CREATE`, but $9 id. An edit may shorten the life of a session, and never lengthens it: the earlier expiry stays. The
 * record is no session any more when the session has expired already, when the new expiry is past, or when the user, client or
 * ticket is edited: what is redeemed is what was issued. The event is about the record as it was.
 */
export const UPDATE = audited(
  'record-update',
  `UPDATE refresh_tokens t SET
      subject = $1, client_id = $2, expires_on = CASE WHEN was.lives THEN least($3::timestamptz, was.expires_on) ELSE $3 END,
      protected_ticket = $4, ticket_hash = $5, ticket_salt = $6, system_id = $7,
      updated_by = $8, updated_on = ${NOW_SECOND},
      issued = was.lives AND $3 > now() AND t.subject = $1 AND t.client_id = $2
        AND t.protected_ticket = $4 AND t.ticket_hash = $5 AND t.ticket_salt = $6
    FROM (SELECT *, issued AND expires_on > now() AS lives FROM refresh_tokens WHERE id = $9 FOR UPDATE) was
    WHERE t.id = was.id
    RETURNING ${recordFacts('was')}, t.updated_on, t.updated_by, was.issued AND NOT t.issued AS ended`,
  WRITE,
);

/** The record as it is now, locked until the transaction ends: $1 id. */
export const LOCK_RECORD: Statement = {
  name: 'record-lock',
  text: `SELECT ${RECORD} FROM (SELECT t.*, ${isNew('t')} AS is_new FROM refresh_tokens t WHERE id = $1 FOR UPDATE) act`,
};

/** The session that a record is, held until the transaction is over: $1 id. */
export const HOLD_SESSION = {
  name: 'record-hold-session',
  text: `SELECT id, unique_id AS "uniqueId", generation, first_generation AS "firstGeneration",
      subject, client_id AS "clientId", auth_time AS "authTime", created_on AS "createdOn", expires_on AS "ExpiresOn",
      protected_ticket AS "ProtectedTicket", ticket_salt AS "TicketSalt", ticket_hash AS "TicketHash"
    FROM refresh_tokens WHERE id = $1 AND issued FOR UPDATE`,
};

/** $1 id, $2 author. */
export const DELETE = audited(
  'record-delete',
  `DELETE FROM refresh_tokens t WHERE id = $1
    RETURNING ${recordFacts('t')}, ${NOW_SECOND} AS updated_on, $2::text AS updated_by, issued AS ended`,
  WRITE,
);
