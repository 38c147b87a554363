import { columnList, sqlTypeOf, type Scalar } from './named-parameters.js';

/** The columns of a batch: the SQL type of each, by the name that its values have at the call. */
export type Columns = Readonly<Record<string, Scalar>>;

type ArraysOf<C extends Columns> = { readonly [Name in keyof C]: `${C[Name]}[]` };

/** The parameters that a batch is to PostgreSQL: an array for each column. */
export function arraysOf<const C extends Columns>(columns: C): ArraysOf<C> {
  return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, `${type}[]`])) as ArraysOf<C>;
}

/**
 * SQL: the requests of a batch as the rows of a table `batch`, made of the arrays of its columns. Its columns have the names
 * of `columns` in snake case, and `ordinal` counts the rows from 1. The arrays stand in subselects, which hide their lengths from PostgreSQL, so that it
 * keeps a generic plan. Otherwise it plans every execution again, which costs more than executing.
 */
export function batchRows(columns: Columns): string {
  const arrays = Object.entries(columns).map(([name, type]) => `(SELECT :${name}::${sqlTypeOf(type)}[])`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS batch (${columnList(columns)}, ordinal)`;
}

/** A row of the answer. `ordinal` is the number of its request in the batch, from 1. */
export type Numbered<Row> = Row & { readonly ordinal: number };

/** The rows in the order of the requests; undefined where a request has none. */
export function inOrderOf<Row>(requests: readonly unknown[], rows: readonly Numbered<Row>[]): (Row | undefined)[] {
  const answers: (Row | undefined)[] = requests.map(() => undefined);
  for (const row of rows) answers[row.ordinal - 1] = row;
  return answers;
}
