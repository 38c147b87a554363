import { PAGE, pageSql, type Found, type PageStatements } from '../resource/page-reader.service.js';
import { rowOf, statement } from '../database/statement.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';

/** The approximate size of an event as JSON: its texts, its ids of up to 16 digits, and the rest. */
const BYTES = `17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent, resource, changes)) + 1000`;

/** SQL: an event as `AuditTrailEntry` has it. */
export const ENTRY = `id, created_on AS "createdOn", kind, actor, reason, subject, client_id AS "clientId", session_id AS "sessionId",
  record_ids AS "recordIds", address, user_agent AS "userAgent", request_id AS "requestId",
  last_address AS "lastAddress", last_user_agent AS "lastUserAgent", last_request_id AS "lastRequestId",
  last_redeemed_on AS "lastRedeemedOn", resource, changes`;

const BY_IDS = `SELECT t.*, ${BYTES} AS bytes FROM audit_trail_entries t WHERE id = ANY ((SELECT :ids::bigint[])::bigint[])`;

/** How the events of a search are read. */
export const ENTRY_PAGES: PageStatements<AuditTrailEntry> = {
  page: statement({
    name: 'audit-read-page',
    isIdempotent: true,
    parameters: PAGE,
    returns: rowOf<Found & AuditTrailEntry>(),
    text: pageSql(BY_IDS, ENTRY),
  }),
  slice: statement({
    name: 'audit-read-slice',
    isIdempotent: true,
    parameters: { ids: 'bigint[]' },
    returns: rowOf<AuditTrailEntry>(),
    text: `SELECT ${ENTRY} FROM (${BY_IDS}) act`,
  }),
};
