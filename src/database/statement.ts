import { arraysOf, type Columns } from './batch-rows.js';
import { numbered, type Parameters, type ValuesOf } from './named-parameters.js';

/**
 * A statement that is prepared once on each connection, under its name, and only bound after that: 1.8 times as fast as the
 * unnamed statements that repositories send. For the few hot statements, and for those that act and audit in one round trip.
 * `statement` makes it. It takes `Given`, its batch and its parameters by name, and returns rows of the type `Row`.
 */
export interface Statement<Given = never, Row = unknown> {
  readonly name: string;
  /** As PostgreSQL gets it, with `$1` for the first of `parameters`. */
  readonly text: string;
  /** As it is written, with `:names`. */
  readonly source: string;
  readonly parameters: Parameters;
  /** The names of the first parameters, which are the arrays of a batch. */
  readonly columns: readonly string[];
  /** The names of the others, in their order. */
  readonly others: readonly string[];
  /** Whether doing it again, when its connection broke and nobody knows whether it was done, does no harm. */
  readonly isIdempotent: boolean;
  /** Whether it is prepared. Otherwise its name is for `docs/statements.sql` alone. */
  readonly isPrepared: boolean;
  /** Never there: only the types are known from it. */
  readonly types?: (given: Given) => Row;
}

/** What a statement takes that is declared with these parameters and columns, where never stands for none. */
export type Taken<P extends Parameters, C extends Columns> = ([P] extends [never] ? unknown : ValuesOf<P>) &
  ([C] extends [never] ? unknown : { readonly batch: readonly ValuesOf<C>[] });

type TakenByAny<P extends Parameters, C extends Columns> = [P | C] extends [never]
  ? Readonly<Record<string, never>>
  : Taken<P, C>;

/** What a statement takes. */
export type GivenTo<S> = S extends Statement<infer Given> ? Given : never;

/** A statement as it is declared. */
export interface Definition<P extends Parameters, C extends Columns, Row> extends Partial<
  Pick<Statement, 'isIdempotent' | 'isPrepared'>
> {
  readonly name: string;
  /** The columns of the batch that the statement answers, if it answers one. The text has each as `:name`, an array. */
  readonly batch?: C;
  readonly parameters?: P;
  /** The type of its rows, by `rowOf`; left out where nothing reads them. */
  readonly returns?: RowType<Row>;
  /** With each parameter as `:name`. */
  readonly text: string;
}

interface RowType<Row> {
  readonly row?: Row;
}

/** The statements of all modules that are loaded, by name. */
export const STATEMENTS = new Map<string, Statement>();

/** The type of a statement's rows, for `Definition.returns`. */
export function rowOf<Row>(): RowType<Row> {
  return {};
}

/**
 * Makes a statement. Its text is compiled here, when its module is loaded.
 * @throws Error when the text and the declared parameters do not fit, or another statement has the name
 */
export function statement<const P extends Parameters = never, const C extends Columns = never, Row = unknown>(
  definition: Definition<P, C, Row>,
): Statement<TakenByAny<P, C>, Row> {
  const { name, batch = {}, parameters: others = {}, text: source } = definition;
  const { isIdempotent = false, isPrepared = true } = definition;
  if (STATEMENTS.has(name)) throw new Error(`There are two statements ${name}.`);
  const twice = Object.keys(batch).find((column) => column in others);
  if (twice !== undefined) throw new Error(`The statement ${name} has a column and a parameter ${twice}.`);
  const parameters: Parameters = { ...arraysOf(batch), ...others };
  const order = { columns: Object.keys(batch), others: Object.keys(others) };
  const text = textOf(name, source, parameters);
  const compiled: Statement<TakenByAny<P, C>, Row> = {
    ...{ name, text, source, parameters },
    ...order,
    isIdempotent,
    isPrepared,
  };
  STATEMENTS.set(name, compiled);
  return compiled;
}

/**
 * The values of a statement's parameters in the order of `$1`, `$2` … Where `given` is made for a frequent call, its literal begins with a
 * name and not with a spread: Node.js takes twenty microseconds for one that begins with a spread and goes on.
 */
export function valuesInOrder<G extends object>(of: Statement<G>, given: NoInfer<G>): unknown[] {
  const values: unknown[] = [];
  const { batch = [] } = given as { readonly batch?: readonly Readonly<Record<string, unknown>>[] };
  for (const name of of.columns) values.push(batch.map((row) => row[name]));
  for (const name of of.others) values.push(given[name as keyof G]);
  return values;
}

function textOf(name: string, source: string, parameters: Parameters): string {
  try {
    return numbered(source, parameters);
  } catch (error) {
    throw new Error(`The statement ${name} cannot be compiled: ${(error as Error).message}.`, { cause: error });
  }
}
