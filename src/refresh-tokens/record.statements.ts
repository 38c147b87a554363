import {
  ACT,
  ACT_COLUMNS,
  audited,
  EVENT_COLUMNS,
  FACTS_OF_EVENT,
  recordFacts,
  type ActValues,
} from '../audit/audited.js';
import { dateTimeSql, memberChangesSql } from '../audit/member-changes.js';
import { shownEvent } from '../audit/shown.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { PAGE, pageSql, type Found, type PageStatements } from '../resource/page-reader.service.js';
import { rowOf, statement } from '../database/statement.js';
import type { Write } from '../resource/write-envelope.js';
import { isNew, type RefreshToken } from './refresh-token.entity.js';
import type { RefreshTokenClaims } from '../sessions/refresh-token.codec.js';
import { NOW_SECOND } from '../sessions/session.statements.js';

/** A record as `RefreshTokenView` reads it. */
const RECORD = `id, unique_id AS "uniqueId", subject, client_id AS "clientId", expires_on AS "expiresOn",
  protected_ticket AS "protectedTicket", ticket_hash AS "ticketHash", ticket_salt AS "ticketSalt", system_id AS "systemId",
  updated_by AS "updatedBy", created_on AS "createdOn", updated_on AS "updatedOn", is_new AS "isNew", issued`;

/** What the write envelope says of a write. */
const WRITE = 'id, updated_on AS "updatedOn", updated_by AS "updatedBy"';

/** What can be edited of a record. */
const EDITED = {
  subject: 'text',
  clientId: 'text',
  expiresOn: 'timestamptz',
  protectedTicket: 'text',
  ticketHash: 'text',
  ticketSalt: 'text',
  systemId: 'text?',
  updatedBy: 'text',
} as const;

/** What is written of a new record. */
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

/** How large a record is as JSON: the texts, two of them twice, and what is around them. */
const BYTES = `octet_length(protected_ticket) + octet_length(ticket_hash) + octet_length(ticket_salt)
  + 2 * (octet_length(subject) + octet_length(client_id)) + coalesce(octet_length(system_id), 0) + 600`;

/** SQL: records by ids. How many there are is hidden from the planner, as by `batchRows`. */
const BY_IDS = `SELECT t.*, ${isNew('t')} AS is_new, ${BYTES} AS bytes FROM refresh_tokens t
    WHERE id = ANY ((SELECT :ids::bigint[])::bigint[])`;

/** The records of a search or a batch, with one event for all of them. */
export const READ: PageStatements<RefreshToken, ActValues> = {
  page: statement({
    name: 'record-read-page',
    parameters: { ...PAGE, ...ACT },
    returns: rowOf<Found & RefreshToken>(),
    text: pageSql(BY_IDS, RECORD, shownEvent('act, page WHERE fits')),
  }),
  slice: statement({
    name: 'record-read-slice',
    isIdempotent: true,
    parameters: { ids: 'bigint[]' },
    returns: rowOf<RefreshToken>(),
    text: `SELECT ${RECORD} FROM (${BY_IDS}) act`,
  }),
  event: statement({
    name: 'record-shown',
    parameters: { ids: 'bigint[]', ...ACT },
    text: shownEvent(`(${BY_IDS}) act`),
  }),
};

/** A record to read, and the act of its reader. */
const READING = { recordId: 'bigint', ...ACT } as const;

/** Reads the records of a batch, each for its reader and with an event. */
export const READ_EACH = statement({
  name: 'record-read-each',
  batch: READING,
  returns: rowOf<Numbered<RefreshToken>>(),
  text: `WITH act AS (
      SELECT t.*, ${isNew('t')} AS is_new, batch.*
      FROM ${batchRows(READING)}
      JOIN refresh_tokens t ON t.id = batch.record_id
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, ${FACTS_OF_EVENT} FROM act)
    SELECT ordinal::int, ${RECORD} FROM act`,
});

/** What the event of an edit says of the members that changed. The ticket is secret. */
const CHANGES = memberChangesSql(
  {
    Subject: (row) => `${row}.subject`,
    ClientId: (row) => `${row}.client_id`,
    ExpiresOn: (row) => dateTimeSql(`${row}.expires_on`),
    SystemId: (row) => `${row}.system_id`,
  },
  'was',
  't',
);

/**
 * An edit may shorten the life of a session, and never lengthens it: the earlier expiry stays. The record is no session any more when the
 * session has expired already, when the new expiry is past, or when the user, client or ticket is edited: what is redeemed is what was
 * issued. The event is about the record as it was.
 */
export const UPDATE = audited({
  name: 'record-update',
  parameters: { ...EDITED, id: 'bigint' },
  returns: rowOf<Write>(),
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
  columns: WRITE,
  changes: 'changes',
});

/** The record as it is now, locked until the transaction ends. */
export const LOCK_RECORD = statement({
  name: 'record-lock',
  parameters: { id: 'bigint' },
  returns: rowOf<RefreshToken>(),
  text: `SELECT ${RECORD} FROM (SELECT t.*, ${isNew('t')} AS is_new FROM refresh_tokens t WHERE id = :id FOR UPDATE) act`,
});

/** A session that is locked for an edit of its record, with what the edit may not change in the names of the contract. */
export interface LockedSession extends RefreshTokenClaims {
  readonly firstGeneration: number;
  readonly subject: string;
  readonly clientId: string;
  readonly authTime: Date;
  readonly createdOn: Date;
  readonly ExpiresOn: Date;
  readonly ProtectedTicket: string;
  readonly TicketSalt: string;
  readonly TicketHash: string;
}

/** The session that a record is, locked until the transaction ends. */
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
  returns: rowOf<Write>(),
  act: `DELETE FROM refresh_tokens t WHERE id = :id
    RETURNING ${recordFacts('t')}, ${NOW_SECOND} AS updated_on, :author::text AS updated_by, issued AS ended`,
  columns: WRITE,
});
