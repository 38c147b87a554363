import { rowOf, statement } from '../database/statement.js';
import { PAGE, pageSql, type Found } from '../resource/page-reader.service.js';
import { storedColumns } from '../resource/kit/resource.statements.js';
import type { Row } from '../resource/kit/row.js';
import { AUDIT_TRAIL_ENTRIES, type Position } from './audit-trail-entry.entity.js';

/** The approximate size of an event as JSON: its texts, its ids of up to 16 digits, and the rest. */
const BYTES = `17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent, resource, changes)) + 1000`;

/** SQL: the columns of an event, under the names of a row. */
export const ENTRY = `${storedColumns(AUDIT_TRAIL_ENTRIES)}, resource, changes`;

const BY_IDS = `SELECT t.*, ${BYTES} AS bytes FROM audit_trail_entries t WHERE id = ANY ((SELECT :ids::bigint[])::bigint[])`;

/** Reads the events of a search if they are small together. */
export const READ_PAGE = statement({
  name: 'audit-read-page',
  isIdempotent: true,
  parameters: PAGE,
  returns: rowOf<Found & Row>(),
  text: pageSql(BY_IDS, ENTRY),
});

/** Reads some events of a page that is not small. */
export const READ_SLICE = statement({
  name: 'audit-read-slice',
  isIdempotent: true,
  parameters: { ids: 'bigint[]' },
  returns: rowOf<Row>(),
  text: `SELECT ${ENTRY} FROM (${BY_IDS}) act`,
});

/** Where a page begins: after the event of this time and Id. */
const AFTER = { afterTime: 'timestamptz', afterId: 'bigint' } as const;

/** The last event of the page that follows a position, with `size` events. Returns no row when fewer events are left. */
export const PAGE_END = statement({
  name: 'audit-export-page-end',
  parameters: { ...AFTER, size: 'int' },
  returns: rowOf<Position>(),
  text: `SELECT created_on AS "createdOn", id FROM audit_trail_entries
    WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
    ORDER BY created_on, id OFFSET :size::int - 1 LIMIT 1`,
});

/** The events after a position, up to another position if one is given. Without `kinds`, events of all kinds. */
export const EXPORTED = statement({
  name: 'audit-export-page',
  parameters: { ...AFTER, untilTime: 'timestamptz?', untilId: 'bigint?', kinds: 'text[]?' },
  returns: rowOf<Row>(),
  text: `SELECT ${ENTRY}
    FROM audit_trail_entries
    WHERE (created_on, id) > (:afterTime::timestamptz, :afterId::bigint)
      AND (:untilTime::timestamptz IS NULL OR (created_on, id) <= (:untilTime::timestamptz, :untilId::bigint))
      AND (:kinds::text[] IS NULL OR kind = ANY (:kinds::text[]))
    ORDER BY created_on, id`,
});

/** SQL: the transactions that may add events. */
export const WRITERS = `FROM pg_locks WHERE relation = 'audit_trail_entries'::regclass
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()`;

/** The highest existing id, and the transactions that may still add lower ids. An id that the sequence did not assign does not count. */
export const NEWEST = statement({
  name: 'audit-newest',
  returns: rowOf<{ id: number | null; writers: string[] }>(),
  text: `SELECT least(max(id), pg_sequence_last_value(pg_get_serial_sequence('audit_trail_entries', 'id')::regclass)) AS id,
      ARRAY(SELECT DISTINCT virtualtransaction ${WRITERS}) AS writers
    FROM audit_trail_entries`,
});

/** How many of these transactions still write. */
export const STILL_WRITING = statement({
  name: 'audit-still-writing',
  parameters: { writers: 'text[]' },
  returns: rowOf<{ count: number }>(),
  text: `SELECT count(*)::int AS count ${WRITERS} AND virtualtransaction = ANY (:writers::text[])`,
});
