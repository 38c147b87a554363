import type { DataSource } from 'typeorm';
import { conditionsOf, orderOf, type Searchable } from './find-page.js';
import type { Filter, FoundPage, Search } from './search.js';

/** How many records the filters with an index may leave to be compared with the others, one by one. */
export const EXAMINED_UP_TO = 100_000;

/** A search of which some filters compare what has no index. */
interface ExaminedSearch extends Search {
  readonly examined: readonly Filter[];
}

/** A row: a record of the page, or none, and what is the same in all rows. */
interface Row {
  readonly id: number | null;
  readonly candidates: number;
  readonly total: number;
}

/**
 * Finds one page of a search, as the ids of its records. The filters with an index choose the candidates, from the index alone, and each
 * candidate is compared with the other filters. The array of ids hides their number from the planner: otherwise it might read the whole table.
 * Undefined when there are more candidates than `EXAMINED_UP_TO`; then no record was read.
 */
export async function findExamined(
  dataSource: DataSource,
  searchable: Searchable,
  { examined, filters, page, size, orderBy, descending }: ExaminedSearch,
): Promise<FoundPage | undefined> {
  const { table, columns } = searchable;
  const values: unknown[] = [];
  const chosen = filters.filter((filter) => !examined.includes(filter));
  const matches = conditionsOf(examined, columns, values);
  const direction = descending ? 'DESC' : 'ASC';
  const skipped = (page - 1) * size;
  const rows = await dataSource.query<Row[]>(
    `WITH chosen AS MATERIALIZED (
      SELECT id FROM ${table} WHERE ${conditionsOf(chosen, columns, values)} LIMIT ${EXAMINED_UP_TO + 1}
    ), candidate AS MATERIALIZED (
      SELECT id, ${orderOf(searchable, orderBy)} AS place, (${matches}) IS TRUE AS matches FROM ${table}
      WHERE id = ANY (ARRAY(SELECT id FROM chosen WHERE (SELECT count(*) FROM chosen) <= ${EXAMINED_UP_TO}))
    ), counted AS (
      SELECT (SELECT count(*) FROM chosen) AS candidates, count(*) FILTER (WHERE matches) AS total FROM candidate)
    SELECT id, candidates, total FROM counted LEFT JOIN (
      SELECT id, place FROM candidate WHERE matches
      ORDER BY place ${direction}, id ${direction} OFFSET ${skipped} LIMIT ${size}
    ) page ON true
    ORDER BY place ${direction}, id ${direction}`,
    values,
  );
  const { candidates = 0, total = 0 } = rows[0] ?? {};
  if (candidates > EXAMINED_UP_TO) return undefined;
  const ids = rows.flatMap(({ id }) => id ?? []);
  return { ids, total, isEstimated: false, hasNext: skipped + ids.length < total };
}
