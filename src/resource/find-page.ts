import type { DataSource } from 'typeorm';
import type { Comparison, Filter, FoundPage, Search } from './search.js';

/** Up to this number, matches are counted. Above it, their number is the planner's estimate (contract 1.6). */
const COUNTED_UP_TO = 100_000;

/**
 * The SQL of a member that can be searched or ordered by: a column, or an expression of columns.
 * @publicApi
 */
export interface SearchColumn {
  readonly sql: string;
  /** How many characters the index contains, and the order compares. A B-tree accepts entries of up to 2.7 kB. */
  readonly indexed?: number;
  /** Whether the member is a flag that depends on the time, so that no index can contain it. */
  readonly isFlag?: boolean;
  /** Whether the member can be null. A search for null in any other member reads no rows. */
  readonly isNullable?: boolean;
  /** Whether the SQL is an array of texts. A filter then matches if it matches one of them. */
  readonly isList?: boolean;
}

/**
 * A table that can be searched, with its members by their contract names. The names come from code, never from a request.
 * @publicApi
 */
export interface Searchable {
  readonly table: string;
  readonly columns: Readonly<Record<string, SearchColumn>>;
}

/** How many records match, or an estimate. */
type Counted = Pick<FoundPage, 'total' | 'isEstimated'>;

const OPERATORS: Readonly<Record<Exclude<Comparison, 'contains'>, string>> = {
  equals: '=',
  beginsWith: '^@',
  from: '>=',
  to: '<=',
};

/**
 * Finds one page of a search, as the ids of its records. Selecting only ids lets PostgreSQL read skipped records from the index alone, if
 * the index has all columns of the search. The query looks for one record more than the page has: that record shows whether another page
 * follows. If none follows, and the page is not empty, the position of its last record is the total, and nothing is counted.
 * @publicApi
 */
export async function findPage(
  dataSource: DataSource,
  { table, columns }: Searchable,
  search: Search,
): Promise<FoundPage> {
  const values: unknown[] = [];
  const matching = `${table} WHERE ${conditionsOf(search.filters, columns, values)}`;
  const skipped = (search.page - 1) * search.size;
  const slice = { skip: skipped, take: search.size + 1 };
  const page = pageOf(matching, columnOf(columns, search.orderBy), search.descending, slice);
  const rows = await dataSource.query<{ id: number }[]>(page, values);
  const hasNext = rows.length > search.size;
  const ids = rows.slice(0, search.size).map(({ id }) => id);
  const isLast = !hasNext && (ids.length > 0 || skipped === 0);
  const seen = skipped + ids.length;
  if (isLast) return { ids, hasNext, total: seen, isEstimated: false };
  const total = await count(dataSource, matching, values);
  return {
    ids,
    hasNext,
    ...total,
    total: hasNext ? Math.max(total.total, seen + 1) : Math.min(total.total, skipped),
  };
}

/** Counts the matches of a search: up to 100,000 exactly, above that by the planner's estimate. */
export function countMatches(
  dataSource: DataSource,
  { table, columns }: Searchable,
  filters: readonly Filter[],
): Promise<Counted> {
  const values: unknown[] = [];
  return count(dataSource, `${table} WHERE ${conditionsOf(filters, columns, values)}`, values);
}

/** SQL: what a search by this member is ordered by. */
export function orderOf({ columns }: Searchable, member: string): string {
  return indexedOf(columnOf(columns, member));
}

/** SQL: as much of a member as the index contains. */
function indexedOf({ sql, indexed }: SearchColumn): string {
  return indexed === undefined ? sql : `left(${sql}, ${indexed})`;
}

/** SQL: the conditions of filters. It adds their values to `values`. */
export function conditionsOf(filters: readonly Filter[], columns: Searchable['columns'], values: unknown[]): string {
  const conditions = filters.map((filter) => {
    const column = columnOf(columns, filter.member);
    if (!('value' in filter)) return nullCondition(column, filter.operator === 'isNull');
    const { sql, indexed, isList } = column;
    const { operator, value } = filter;
    if (operator === 'contains') {
      const part = `$${values.push(String(value).replace(/\*$/, ''))}`;
      return `strpos(lower(${sql}), lower(${part})) > 0`;
    }
    const parameter = `$${values.push(value)}`;
    const comparison = OPERATORS[operator];
    if (isList) return `EXISTS (SELECT FROM unnest(${sql}) item WHERE item ${comparison} ${parameter})`;
    const condition = `${sql} ${comparison} ${parameter}`;
    if (indexed === undefined) return condition;
    return `left(${sql}, ${indexed}) ${comparison} left(${parameter}, ${indexed}) AND ${condition}`;
  });
  return conditions.length > 0 ? conditions.join(' AND ') : 'true';
}

function nullCondition(column: SearchColumn, isNull: boolean): string {
  if (!column.isNullable) return String(!isNull);
  // The index entry is null exactly when the member is null.
  return `${indexedOf(column)} IS ${isNull ? 'NULL' : 'NOT NULL'}`;
}

/** The SQL that finds the ids of a page. */
function pageOf(
  matching: string,
  column: SearchColumn,
  descending: boolean,
  { skip, take }: { readonly skip: number; readonly take: number },
): string {
  const direction = descending ? 'DESC' : 'ASC';
  const slice = `OFFSET ${skip} LIMIT ${take}`;
  const { sql, isFlag } = column;
  if (!isFlag) {
    return `SELECT id FROM ${matching} ORDER BY ${indexedOf(column)} ${direction}, id ${direction} ${slice}`;
  }
  // Reads each value of the flag in the order of ids and joins the two parts, so that PostgreSQL need not sort all records.
  const side = (condition: string, n: number): string =>
    `(SELECT ${n} AS side, id FROM ${matching} AND ${condition} ORDER BY id ${direction} LIMIT ${skip + take})`;
  return `SELECT id FROM (${side(`NOT ${sql}`, 0)} UNION ALL ${side(sql, 1)}) sides
    ORDER BY side ${direction}, id ${direction} ${slice}`;
}

async function count(dataSource: DataSource, matching: string, values: unknown[]): Promise<Counted> {
  const bounded = `SELECT count(*) AS total FROM (SELECT FROM ${matching} LIMIT ${COUNTED_UP_TO + 1}) counted`;
  const [row] = await dataSource.query<{ total: number }[]>(bounded, values);
  const total = row?.total ?? 0;
  if (total <= COUNTED_UP_TO) return { total, isEstimated: false };
  const [plan] = await dataSource.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(
    `EXPLAIN (FORMAT JSON) SELECT FROM ${matching}`,
    values,
  );
  return { total: Math.max(plan?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0, total), isEstimated: true };
}

function columnOf(columns: Searchable['columns'], member: string): SearchColumn {
  const column = columns[member];
  if (!column) throw new Error(`No column is declared for the member ${member}.`);
  return column;
}
