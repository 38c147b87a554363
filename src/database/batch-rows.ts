import { columnList, sqlTypeOf, type Scalar } from './named-parameters.js';

/** The columns of a batch: each column's SQL type, by the name that the caller gives to its values. */
export type Columns = Readonly<Record<string, Scalar>>;

type ArraysOf<C extends Columns> = { readonly [Name in keyof C]: `${C[Name]}[]` };

/** The parameters in which PostgreSQL receives a batch: one array for each column. */
export function arraysOf<const C extends Columns>(columns: C): ArraysOf<C> {
  return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, `${type}[]`])) as ArraysOf<C>;
}

/**
 * SQL: a table `batch` with one row for each request, made from the arrays. Its columns have the names of `columns` in snake case, and
 * `ordinal` counts the rows from 1. Subselects hide the lengths of the arrays, so PostgreSQL keeps a generic plan. Otherwise it plans every
 * execution again, which costs more than executing.
 */
export function batchRows(columns: Columns): string {
  const arrays = Object.entries(columns).map(([name, type]) => `(SELECT :${name}::${sqlTypeOf(type)}[])`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS batch (${columnList(columns)}, ordinal)`;
}

/**
 * SQL: a subselect with the one row that `batchRows` makes of a batch of one request, from parameters instead of arrays: an eighth less work for
 * the database. Read it by a materialized CTE, which hides the values from the planner, as `batchRows` hides the lengths.
 */
export function loneRow(columns: Columns): string {
  const values = Object.entries(columns).map(
    ([name, type]) => `:${name}::${sqlTypeOf(type)} AS ${columnList({ [name]: type })}`,
  );
  return `(SELECT ${values.join(', ')}, 1 AS ordinal)`;
}

/** A row that a batch returns. `ordinal` is the number of its request in the batch, from 1. */
export type Numbered<Row> = Row & { readonly ordinal: number };

/** The rows in the order of the requests. A request without a row gets undefined. */
export function inOrderOf<Row>(requests: readonly unknown[], rows: readonly Numbered<Row>[]): (Row | undefined)[] {
  const answers: (Row | undefined)[] = requests.map(() => undefined);
  for (const row of rows) answers[row.ordinal - 1] = row;
  return answers;
}

/** The rows of each request, in the order of the requests. */
export function allInOrderOf<Row extends Numbered<object>>(
  requests: readonly unknown[],
  rows: readonly Row[],
): Row[][] {
  const answers: Row[][] = requests.map(() => []);
  for (const row of rows) answers[row.ordinal - 1]?.push(row);
  return answers;
}
