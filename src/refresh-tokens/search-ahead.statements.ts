import { ACT_COLUMNS } from '../audit/audited.js';
import { columnsIn } from '../database/named-parameters.js';
import { rowOf, statement } from '../database/statement.js';
import type { ConfirmingUser } from '../sessions/session.js';
import { ACCESS_TOKEN, liveUsers, PRINCIPAL, PRINCIPAL_POLICY } from '../sessions/session.statements.js';
import { SEARCH, SHAPES, type FoundRecord } from './shared-search.js';
import { FOUND_RECORD, nameOf, partsOf } from './shared-search.statements.js';

/** An access token, the seal of the rights that its user had at an earlier request, and the search. */
const SEARCH_AHEAD = { ...ACCESS_TOKEN, expected: 'text?', ...SEARCH } as const;
const SEARCHED = `ordinal, wanted, skip, take, ${ACT_COLUMNS}`;

/** A row of a search, or its only one: with the user, and whether the rights are still the expected ones, so that the search was carried out. */
export type FoundAhead = ConfirmingUser & FoundRecord & { readonly isExpected: boolean };

/**
 * The users of access tokens, as `PRINCIPALS` finds them, and for each the page of a search with its event, as the shared searches are. If the
 * rights of a user are not the expected ones, it reads no record and writes no event. `READ_AHEAD` says why it may run again.
 */
export const SEARCHES_AHEAD = SHAPES.map((shape) => {
  const { found, event, record } = partsOf(shape);
  const ahead = statement({
    name: `${nameOf(shape)}-ahead`,
    isIdempotent: true,
    batch: SEARCH_AHEAD,
    parameters: PRINCIPAL_POLICY,
    returns: rowOf<FoundAhead>(),
    text: `WITH principal AS MATERIALIZED (
        SELECT ${columnsIn('batch', SEARCHED)}, ${PRINCIPAL}, u.mac = batch.expected AS is_expected
        ${liveUsers(SEARCH_AHEAD)}
      ), batch AS (SELECT ${SEARCHED} FROM principal WHERE is_expected), ${found}, ${event}
      SELECT principal.ordinal::int, principal.email, principal."isAdministrator", principal.roles, principal.mac, principal.unconfirmed,
        principal.is_expected IS TRUE AS "isExpected", ${FOUND_RECORD}
      FROM principal LEFT JOIN found ON found.ordinal = principal.ordinal ${record}`,
  });
  return { ...shape, ahead };
});
