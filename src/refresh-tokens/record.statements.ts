import { ACT, ACT_COLUMNS, audited, EVENT_COLUMNS, FACTS_OF_EVENT, recordFacts } from '../audit/audited.js';
import { dateTimeSql, memberChangesSql } from '../audit/member-changes.js';
import { shownEvent } from '../audit/shown.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { NOW_SECOND } from '../database/now-second.js';
import { PAGE, pageSql, type Found } from '../resource/page-reader.service.js';
import { rowOf, statement } from '../database/statement.js';
import { WRITE, type Write } from '../resource/write-envelope.js';
import { ENDED_SESSION } from '../sessions/ended-session.js';
import type { EndingWrite } from './ending-write.js';
import type { LockedSession } from './locked-session.js';
import { IS_NEW } from '../resource/kit/common-members.js';
import { parametersOf, storedColumns, useStatements } from '../resource/kit/resource.statements.js';
import type { Row } from '../resource/kit/row.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';

/** SQL: the columns of a record, under the names of a row. */
export const RECORD = `id, unique_id AS "uniqueId", ${storedColumns(REFRESH_TOKENS, REFRESH_TOKENS.writable)},
  updated_by AS "updatedBy", created_on AS "createdOn", updated_on AS "updatedOn", is_new AS "isNew", issued`;

/** The members of a record that clients can edit. */
const EDITED = { ...parametersOf(REFRESH_TOKENS), updatedBy: 'text' } as const;

/** The members of a new record. */
const CREATED = { ...EDITED, uniqueId: 'uuid' } as const;
const CREATED_COLUMNS = columnList(CREATED);

export const CREATE = audited({
  name: 'record-create',
  parameters: CREATED,
  returns: rowOf<Write>(),
  act: `INSERT INTO refresh_tokens AS t (${CREATED_COLUMNS})
    VALUES (${parameterList(CREATED)})
    RETURNING ${recordFacts('t')}, updated_on, updated_by, false AS ended`,
  columns: WRITE,
});

/** A record to create, and the act of its author. */
const CREATION = { ...CREATED, ...ACT } as const;

/** Creates the records of a batch, each with its author and its event. */
export const CREATE_EACH = statement({
  name: 'record-create-each',
  batch: CREATION,
  returns: rowOf<Numbered<Write>>(),
  text: `WITH input AS (
      SELECT * FROM ${batchRows(CREATION)}
    ), act AS (
      INSERT INTO refresh_tokens (${CREATED_COLUMNS}) SELECT ${CREATED_COLUMNS} FROM input
      RETURNING id, unique_id, subject, client_id, updated_on, updated_by
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, act.subject, act.client_id, unique_id, ARRAY[act.id], NULL, NULL, NULL, NULL::timestamptz
      FROM act JOIN input USING (unique_id))
    SELECT input.ordinal::int, act.id, act.updated_on AS "updatedOn", act.updated_by AS "updatedBy"
    FROM act JOIN input USING (unique_id)`,
});

/** SQL: the approximate size of a record as JSON: its texts, two of which occur twice, and the rest. */
export const BYTES = `octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt)
  + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600`;

/** SQL: records by ids. The subselect hides the number of ids from the planner, as in `batchRows`. */
const BY_IDS = `SELECT t.*, t.${IS_NEW} AS is_new, ${BYTES} AS bytes FROM refresh_tokens t
    WHERE id = ANY ((SELECT :ids::bigint[])::bigint[])`;

/** Reads the records of a search or a batch if they are small together, with one event for all of them. */
const READ_PAGE = statement({
  name: 'record-read-page',
  parameters: { ...PAGE, ...ACT },
  returns: rowOf<Found & Row>(),
  text: pageSql(BY_IDS, RECORD, shownEvent('act, page WHERE fits')),
});

/** Reads some records of a page that is not small. */
const READ_SLICE = statement({
  name: 'record-read-slice',
  isIdempotent: true,
  parameters: { ids: 'bigint[]' },
  returns: rowOf<Row>(),
  text: `SELECT ${RECORD} FROM (${BY_IDS}) act`,
});

/** Writes the event of a page that is not small. */
const RECORD_SHOWN = statement({
  name: 'record-shown',
  parameters: { ids: 'bigint[]', ...ACT },
  text: shownEvent(`(${BY_IDS}) act`),
});

/** A record to read, and the act of its reader. */
const READING = { recordId: 'bigint', ...ACT } as const;

/** Reads the records of a batch, each for its reader and with an event. */
const READ_EACH = statement({
  name: 'record-read-each',
  batch: READING,
  returns: rowOf<Numbered<Row>>(),
  text: `WITH act AS (
      SELECT t.*, t.${IS_NEW} AS is_new, batch.*
      FROM ${batchRows(READING)}
      JOIN refresh_tokens t ON t.id = batch.record_id
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, ${FACTS_OF_EVENT} FROM act)
    SELECT ordinal::int, ${RECORD} FROM act`,
});

/** SQL: the columns of `EndingWrite`. */
const ENDING_WRITE = `${WRITE}, ${ENDED_SESSION}, ended`;

/** What the event of an edit says of the members that changed. The ticket is secret. */
const CHANGES = memberChangesSql(
  Object.fromEntries(
    REFRESH_TOKENS.writable
      .filter(({ options }) => !options.secret)
      .map(({ name, column, kind }) => [
        name,
        (row: string) => (kind.sql === 'timestamptz' ? dateTimeSql(`${row}.${column}`) : `${row}.${column}`),
      ]),
  ),
  'was',
  't',
);

/**
 * Edits a record. An edit may shorten the lifetime of a session but never extends it: the earlier expiry stays. The session ends if it has
 * already expired, if the new expiry is past, or if the edit changes the user, client or ticket: only a record as it was issued can be
 * redeemed. The event describes the record before the edit.
 */
export const UPDATE = audited({
  name: 'record-update',
  parameters: { ...EDITED, id: 'bigint' },
  returns: rowOf<EndingWrite>(),
  act: `UPDATE refresh_tokens t SET
      subject = :subject, client_id = :clientId,
      expires_on = CASE WHEN was.lives THEN least(:expiresOn::timestamptz, was.expires_on) ELSE :expiresOn END,
      protected_ticket = :protectedTicket, ticket_hash = :ticketHash, ticket_salt = :ticketSalt, system_id = :systemId,
      updated_by = :updatedBy, updated_on = ${NOW_SECOND},
      issued = was.lives AND :expiresOn > now() AND t.subject = :subject AND t.client_id = :clientId
        AND t.protected_ticket = :protectedTicket AND t.ticket_hash = :ticketHash AND t.ticket_salt = :ticketSalt
    FROM (SELECT *, issued AND expires_on > now() AS lives FROM refresh_tokens WHERE id = :id FOR UPDATE) was
    WHERE t.id = was.id
    RETURNING ${recordFacts('was')}, t.updated_on, t.updated_by, was.issued AND NOT t.issued AS ended, ${CHANGES} AS changes`,
  columns: ENDING_WRITE,
  changes: 'changes',
});

/** The records as they are now, locked in the order of their ids until the transaction ends. */
const LOCK = statement({
  name: 'record-lock',
  parameters: { ids: 'bigint[]' },
  returns: rowOf<Row>(),
  text: `SELECT ${RECORD} FROM (${BY_IDS} ORDER BY id FOR UPDATE) act ORDER BY id`,
});

/** The session of a record, locked until the transaction ends. */
export const LOCK_SESSION = statement({
  name: 'record-hold-session',
  parameters: { id: 'bigint' },
  returns: rowOf<LockedSession>(),
  text: `SELECT id, unique_id AS "uniqueId", generation, first_generation AS "firstGeneration",
      subject, client_id AS "clientId", auth_time AS "authTime", created_on AS "createdOn", expires_on AS "ExpiresOn",
      protected_ticket AS "ProtectedTicket", ticket_salt AS "TicketSalt", ticket_hash AS "TicketHash"
    FROM refresh_tokens WHERE id = :id AND issued FOR UPDATE`,
});

export const DELETE = audited({
  name: 'record-delete',
  parameters: { id: 'bigint', author: 'text' },
  returns: rowOf<EndingWrite>(),
  act: `DELETE FROM refresh_tokens t WHERE id = :id
    RETURNING ${recordFacts('t')}, ${NOW_SECOND} AS updated_on, :author::text AS updated_by, issued AS ended`,
  columns: ENDING_WRITE,
});

/**
 * Deletes records whose expiry and last write are both more than `retention` seconds ago, beginning at the expiry `from`. Each row is
 * locked before it is checked, so no live session is deleted. If a login uses an expired row again, either the login has locked the row and
 * this statement skips it, or the row is already deleted and the login creates another.
 */
export const DELETE_EXPIRED = audited({
  name: 'record-delete-expired',
  parameters: { retention: 'float8', from: 'timestamptz', limit: 'bigint' },
  returns: rowOf<{ expiresOn: Date }>(),
  act: `DELETE FROM refresh_tokens t WHERE id = ANY (ARRAY(
      SELECT id FROM refresh_tokens
      WHERE expires_on >= :from AND expires_on < now() - make_interval(secs => :retention::float8)
        AND updated_on < now() - make_interval(secs => :retention::float8)
      ORDER BY expires_on, id LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING ${recordFacts('t')}, expires_on, false AS ended`,
  columns: 'expires_on AS "expiresOn"',
});

// The acts of the kit on records run these statements.
useStatements(REFRESH_TOKENS, {
  ...{ create: CREATE, update: UPDATE, delete: DELETE, lock: LOCK },
  ...{ readEach: READ_EACH, readPage: READ_PAGE, readSlice: READ_SLICE, shown: RECORD_SHOWN },
});
