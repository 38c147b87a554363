import { columnList, sqlTypeOf, type Scalar } from './named-parameters.js';

/** The columns of a batch: the SQL type of each, by the name that its values have at the call. */
export type Columns = Readonly<Record<string, Scalar>>;

type ArraysOf<C extends Columns> = { readonly [Name in keyof C]: `${C[Name]}[]` };

/** The parameters that a batch is to PostgreSQL: an array for each column. */
export function arraysOf<const C extends Columns>(columns: C): ArraysOf<C> {
  return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, `${type}[]`])) as ArraysOf<C>;
}

/**
 * SQL: a batch as the rows of a table `asked`, made of the arrays of its columns. Its columns have the names of `columns` in
 * snake case, and `place` counts the rows from 1. The arrays stand in subselects, which hide their lengths from PostgreSQL, so that it
 * keeps a generic plan. Otherwise it plans every execution again, which costs more than executing.
 */
export function askedRows(columns: Columns): string {
  const arrays = Object.entries(columns).map(([name, type]) => `(SELECT :${name}::${sqlTypeOf(type)}[])`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS asked (${columnList(columns)}, place)`;
}

/** A row of the answer: to which of the questions, counted from 1. */
export type Placed<Row> = Row & { readonly place: number };

/** The rows in the order of the questions; undefined where a question has none. */
export function inPlaces<Row>(questions: readonly unknown[], rows: readonly Placed<Row>[]): (Row | undefined)[] {
  const answers: (Row | undefined)[] = questions.map(() => undefined);
  for (const row of rows) answers[row.place - 1] = row;
  return answers;
}
