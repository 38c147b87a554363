import { ACT, ACT_COLUMNS, EVENT_COLUMNS, FACTS_OF_EVENT } from '../audit/audited.js';
import type { Numbered } from '../database/batch-rows.js';
import { columnsIn } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import { IS_NEW } from '../resource/kit/common-members.js';
import type { ConfirmingUser } from '../sessions/session.js';
import { ACCESS_TOKEN, liveUsers, PRINCIPAL, PRINCIPAL_POLICY } from '../sessions/session.statements.js';
import { RECORD } from './record.statements.js';

/** An access token, the record to read, the seal of the rights that its user had at an earlier request, and the act of the reader. */
const READING_AHEAD = { ...ACCESS_TOKEN, recordId: 'bigint', expected: 'text?', ...ACT } as const;

/**
 * The user, whether the rights are still the expected ones, so that the record was read, and the members of its `Row`. `id` is null if there is
 * no such record.
 */
export interface ReadRecord extends ConfirmingUser {
  readonly isExpected: boolean;
  readonly id: number | null;
}

/**
 * The users of access tokens, as `PRINCIPALS` finds them, and for each a record with its event. If the rights of a user are not the expected
 * ones, it reads no record and writes no event. When its connection broke it runs again, and may then write the event twice, as for a client that
 * asks twice.
 */
export const READ_AHEAD = statement({
  name: 'record-read-ahead',
  isIdempotent: true,
  batch: READING_AHEAD,
  parameters: PRINCIPAL_POLICY,
  returns: rowOf<Numbered<ReadRecord>>(),
  text: `WITH principal AS MATERIALIZED (
      SELECT batch.ordinal, batch.record_id, ${columnsIn('batch', ACT_COLUMNS)}, ${PRINCIPAL}, u.mac = batch.expected AS is_expected
      ${liveUsers(READING_AHEAD)}
    ), act AS (
      SELECT t.*, t.${IS_NEW} AS is_new, principal.ordinal, ${columnsIn('principal', ACT_COLUMNS)}
      FROM principal JOIN refresh_tokens t ON t.id = principal.record_id WHERE principal.is_expected
    ), event AS (
      INSERT INTO audit_trail_entries (${EVENT_COLUMNS})
      SELECT ${ACT_COLUMNS}, ${FACTS_OF_EVENT} FROM act)
    SELECT principal.ordinal::int, principal.email, principal."isAdministrator", principal.roles, principal.mac, principal.unconfirmed,
      principal.is_expected IS TRUE AS "isExpected", ${RECORD}
    FROM principal LEFT JOIN act ON act.ordinal = principal.ordinal`,
});
