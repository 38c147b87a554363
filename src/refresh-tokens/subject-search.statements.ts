import { ACT } from '../audit/audited.js';
import { shownEvents } from '../audit/shown.js';
import { batchRows, type Numbered } from '../database/batch-rows.js';
import { rowOf, statement } from '../database/statement.js';
import { orderOf } from '../resource/find-page.js';
import { IS_NEW } from '../resource/kit/common-members.js';
import type { Row } from '../resource/kit/row.js';
import { SLICE_BYTES } from '../resource/page-reader.service.js';
import { BYTES, RECORD } from './record.statements.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';

/** The statement reads subjects with up to this many records. So no search of a batch delays the others much. */
const FEW = 100;

/** A search for the records of one subject, and the act of its reader. */
const SEARCH = {
  wanted: 'text',
  orderBy: 'text',
  descending: 'boolean',
  skip: 'bigint',
  take: 'bigint',
  ...ACT,
} as const;

/** SQL: the order of a search, ascending. Only the expression of its member has values. */
const ORDER = REFRESH_TOKENS.search.orders
  .filter((member) => member !== 'Id')
  .map((member) => `CASE WHEN batch.order_by = '${member}' THEN ${orderOf(REFRESH_TOKENS.searchable, member)} END`);

/** A record of a page, or the only row of a search without records. `fits` says whether the search was carried out. */
export interface Place {
  /** The place of the record among all of its subject, from 1; null when the page has no records. */
  readonly place: number | null;
  readonly total: number;
  readonly fits: boolean;
}
export type OfSubject = Numbered<Row & Place>;

/**
 * Reads the pages of a batch of searches, each for its reader and with an event, if the subject has few records and the page is small. For
 * any other search it returns one row with `fits` false, and writes no event.
 */
export const READ_SUBJECTS = statement({
  name: 'record-search-subject-any-order',
  batch: SEARCH,
  returns: rowOf<OfSubject>(),
  text: `WITH batch AS (SELECT * FROM ${batchRows(SEARCH)}),
    found AS (
      SELECT batch.*, t.*, CASE WHEN descending THEN total + 1 - rank ELSE rank END AS place
      FROM batch, LATERAL (
        SELECT *, ${IS_NEW} AS is_new, ${BYTES} AS bytes, count(*) OVER () AS total,
          row_number() OVER (ORDER BY ${[...ORDER, 'id'].join(', ')}) AS rank
        FROM (SELECT * FROM refresh_tokens WHERE subject = batch.wanted ORDER BY id LIMIT ${FEW + 1}) refresh_tokens) t),
    page AS (
      SELECT *, total <= ${FEW} AND sum(bytes) OVER (PARTITION BY ordinal) <= ${SLICE_BYTES} AS fits
      FROM found WHERE place > skip AND place <= skip + take),
    event AS (${shownEvents('page WHERE fits')})
    SELECT batch.ordinal::int, coalesce(counted.total, 0)::int AS total, page.place::int,
      coalesce(page.fits, counted.total <= ${FEW}, true) AS fits, shown.*
    FROM batch
    LEFT JOIN (SELECT DISTINCT ordinal, total FROM found) counted USING (ordinal)
    LEFT JOIN page ON page.ordinal = batch.ordinal AND (page.fits OR page.place = batch.skip + 1)
    LEFT JOIN LATERAL (SELECT ${RECORD} WHERE page.fits) shown ON true
    ORDER BY batch.ordinal, page.place`,
});
