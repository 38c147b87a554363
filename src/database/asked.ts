/**
 * SQL: what is asked of one statement by several, as the rows of a table `asked`: of parameters that are arrays, one for each column and
 * from $1 on. Its column `place` counts the questions from 1. The arrays stand in subselects, which hides their lengths from the
 * planner: it would plan the statement for each length anew, which takes longer than to run it.
 */
export function askedRows(types: Readonly<Record<string, string>>): string {
  const arrays = Object.values(types).map((type, n) => `(SELECT $${n + 1}::${type}[])`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS asked (${Object.keys(types).join(', ')}, place)`;
}

/** The parameters of `askedRows`: the values of each question in the order of its columns. */
export function askedValues(questions: readonly (readonly unknown[])[]): unknown[][] {
  return (questions[0] ?? []).map((_, column) => questions.map((values) => values[column]));
}

/** A row of the answer: to which of the questions, counted from 1. */
export type Placed<Row> = Row & Record<string, unknown> & { readonly place: number };

/** The rows in the order of the questions; undefined where a question has none. */
export function inPlaces<Row>(questions: readonly unknown[], rows: readonly Placed<Row>[]): (Row | undefined)[] {
  const answers: (Row | undefined)[] = questions.map(() => undefined);
  for (const row of rows) answers[row.place - 1] = row;
  return answers;
}
