import type { ObjectLiteral, Repository, SelectQueryBuilder } from 'typeorm';
import type { Filter, FilterOperator, Found, Search } from '../kernel/search.js';

/** SQL expression of each member that can be searched or ordered by. The keys come from code, never from a request. */
export type Columns = Readonly<Record<string, string>>;

const CONDITIONS: Readonly<Record<FilterOperator, (column: string, parameter: string) => string>> = {
  equals: (column, parameter) => `${column} = ${parameter}`,
  beginsWith: (column, parameter) => `${column} ^@ ${parameter}`,
  from: (column, parameter) => `${column} >= ${parameter}`,
  to: (column, parameter) => `${column} <= ${parameter}`,
};

/**
 * Finds one page of what a search asks for. One record more than the page holds is read, which tells whether another follows;
 * where none does, and the page is not empty, the place of its last record is the total and nothing is counted.
 */
export async function findPage<T extends ObjectLiteral>(
  repository: Repository<T>,
  search: Search,
  columns: Columns,
): Promise<Found<T>> {
  const matching = repository.createQueryBuilder('record');
  for (const [index, filter] of search.filters.entries()) addCondition(matching, filter, index, columns);
  const direction = search.descending ? 'DESC' : 'ASC';
  const skipped = (search.page - 1) * search.size;
  const page = matching
    .clone()
    .orderBy(column(columns, search.orderBy), direction)
    .addOrderBy(column(columns, 'Id'), direction)
    .offset(skipped)
    .limit(search.size + 1);
  const records = await page.getMany();
  const hasNext = records.length > search.size;
  const isCounted = !hasNext && (records.length > 0 || skipped === 0);
  const total = isCounted ? skipped + records.length : await matching.getCount();
  return { records: records.slice(0, search.size), total, hasNext };
}

function addCondition<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  filter: Filter,
  index: number,
  columns: Columns,
): void {
  const parameter = `filter${index}`;
  query.andWhere(CONDITIONS[filter.operator](column(columns, filter.member), `:${parameter}`), {
    [parameter]: filter.value,
  });
}

function column(columns: Columns, member: string): string {
  const expression = columns[member];
  if (!expression) throw new Error(`No column is declared for the member ${member}.`);
  return expression;
}
