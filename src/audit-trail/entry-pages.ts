import type { EntityMetadata } from 'typeorm';
import { pageSql, type PageStatements } from '../resource/page-reader.service.js';

/** How large an event is as JSON: its texts, its ids of up to 16 digits, and what is around them. */
const BYTES = `17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent)) + 950`;

/** How events are read: those of an entity with all its columns. */
export function entryPages({ columns }: EntityMetadata): PageStatements {
  const entry = columns.map(({ databaseName, propertyName }) => `${databaseName} AS "${propertyName}"`).join(', ');
  const byIds = `SELECT t.*, ${BYTES} AS bytes FROM audit_trail_entries t WHERE id = ANY ((SELECT $1::bigint[])::bigint[])`;
  return {
    page: {
      name: 'audit-read-page',
      isRepeatable: true,
      text: pageSql(byIds, entry),
    },
    slice: {
      name: 'audit-read-slice',
      isRepeatable: true,
      text: `SELECT ${entry} FROM (${byIds}) act`,
    },
  };
}
