import type { EntityMetadata } from 'typeorm';
import { pageSql, type PageStatements } from '../resource/page-reader.service.js';

/** The approximate size of an event as JSON: its texts, its ids of up to 16 digits, and the rest. */
const BYTES = `17 * cardinality(record_ids) + octet_length(concat(actor, actor, reason, reason, subject, client_id, user_agent)) + 950`;

/** The statements that read pages of events, with all columns of the entity. */
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
