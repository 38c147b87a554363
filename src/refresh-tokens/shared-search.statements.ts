import { ACT } from '../audit/audited.js';
import { SHOWN_FACTS, shownEventOfRow } from '../audit/shown.js';
import { batchRows, loneRow } from '../database/batch-rows.js';
import { rowOf, statement, type Statement } from '../database/statement.js';
import type { ValuesOf } from '../database/named-parameters.js';
import { IS_NEW } from '../resource/kit/common-members.js';
import { SLICE_BYTES } from '../resource/page-reader.service.js';
import { BYTES, RECORD } from './record.statements.js';

/** A shared search shows at most this many records, and skips at most `COUNTED`. So no search of a batch delays the others much. */
const MOST_SHOWN = 100;
/** A shared search counts up to this many matches. A larger number is counted by a statement of its own. */
export const COUNTED = 1_000;

/** A search by one member, and the act of its reader. */
export const SEARCH = { wanted: 'text', skip: 'bigint', take: 'bigint', ...ACT } as const;
/** SQL: what a search returns of each record. */
export const FOUND_RECORD = `found.total::int, found.fits, ${RECORD}`;
export type SearchValues = ValuesOf<typeof SEARCH>;

/** A record of a page, or the only row of a search without records. */
export interface FoundRecord {
  readonly ordinal: number;
  /** Null if there is no record. Otherwise the row has the members of a `Row`. */
  readonly id: number | null;
  /** How many records match, up to one more than `COUNTED`. */
  readonly total: number;
  /** Whether the search was carried out: only then the row has a record, and an event was written. Null when the page has no records. */
  readonly fits: boolean | null;
}

/** The statements of searches of one shape: for a search alone, and for a batch. */
export interface SharedSearch extends Shape {
  readonly lone: Statement<SearchValues, FoundRecord>;
  readonly each: Statement<{ readonly batch: readonly SearchValues[] }, FoundRecord>;
}

/** The member that is compared, and the order. */
export interface Shape {
  readonly member: string;
  readonly column: string;
  readonly descending: boolean;
}

/** Searches by the equality of a member, in the order of Id. The member has an index with the Id, so the database reads only the page. */
export const SHAPES: readonly Shape[] = [
  { member: 'Subject', column: 'subject' },
  { member: 'ClientId', column: 'client_id' },
].flatMap((shape) => [false, true].map((descending) => ({ ...shape, descending })));

export const SHARED_SEARCHES: readonly SharedSearch[] = SHAPES.map((shape) => {
  const name = nameOf(shape);
  const returns = rowOf<FoundRecord>();
  const text = (batch: string): string => {
    const { found, event, record } = partsOf(shape);
    return `WITH batch AS MATERIALIZED ${batch}, ${found}, ${event} SELECT ordinal::int, ${FOUND_RECORD} FROM found ${record}`;
  };
  const batch = `(SELECT * FROM ${batchRows(SEARCH)})`;
  const lone = statement({ name, parameters: SEARCH, returns, text: text(loneRow(SEARCH)) });
  const each = statement({ name: `${name}-each`, batch: SEARCH, returns, text: text(batch) });
  return { ...shape, lone, each };
});

export function nameOf({ column, descending }: Shape): string {
  return `record-search-${column.replace('_', '-')}${descending ? '-descending' : ''}`;
}

/**
 * SQL that reads the page of each search of `batch`, counts its matches, and writes its event, if the page is small: two parts of a WITH, and a join
 * of `found` with the records. The page is read twice, which costs less than to keep it: first what the event says of it, then its records, in no
 * order. A range instead of an equality leaves PostgreSQL one plan, that by the index. Otherwise it may expect a frequent value, and read the whole
 * table for a rare one.
 */
export function partsOf({ column, descending }: Shape): {
  readonly found: string;
  readonly event: string;
  readonly record: string;
} {
  const direction = descending ? 'DESC' : 'ASC';
  const matching = (
    search: string,
  ): string => `FROM refresh_tokens WHERE ${column} BETWEEN ${search}.wanted AND ${search}.wanted
        ORDER BY ${column} ${direction}, id ${direction}`;
  const pageOf = (search: string): string =>
    `SELECT * ${matching(search)} OFFSET ${search}.skip LIMIT least(${search}.take, ${MOST_SHOWN + 1})`;
  return {
    found: `found AS (
      SELECT batch.*, total, shown.*, records <= ${MOST_SHOWN} AND bytes <= ${SLICE_BYTES}
        AND (total <= ${COUNTED} OR skip + take <= ${COUNTED}) AS fits
      FROM batch
      CROSS JOIN LATERAL (SELECT count(*) AS total FROM (SELECT ${matching('batch')} LIMIT ${COUNTED + 1}) matching) counted
      CROSS JOIN LATERAL (SELECT count(*) AS records, sum(${BYTES}) AS bytes, ${SHOWN_FACTS} FROM (${pageOf('batch')}) page) shown)`,
    event: `event AS (${shownEventOfRow('found WHERE fits')})`,
    record: `LEFT JOIN LATERAL (SELECT *, ${IS_NEW} AS is_new FROM (${pageOf('found')}) page) record ON found.fits`,
  };
}
