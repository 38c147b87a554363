/** The TypeScript type of each SQL type. */
interface Values {
  readonly bigint: number;
  readonly int: number;
  readonly float8: number;
  readonly text: string;
  readonly uuid: string;
  readonly inet: string;
  readonly boolean: boolean;
  readonly timestamptz: Date | '-infinity';
}

/** An SQL type; a question mark allows null. */
export type Scalar = keyof Values | `${keyof Values}?`;

/** An SQL type, or an array of one: `text?[]` has elements that may be null, and `text[]?` may be null itself. */
export type ParameterType = Scalar | `${Scalar}[]` | `${keyof Values}[]?`;

/** The parameters of a statement: the SQL type of each parameter, by its name. The text and the caller use the same names. */
export type Parameters = Readonly<Record<string, ParameterType>>;

type ValueOf<T> = T extends `${infer Base}?`
  ? ValueOf<Base> | null | undefined
  : T extends `${infer Element}[]`
    ? readonly ValueOf<Element>[]
    : T extends keyof Values
      ? Values[T]
      : never;

/** The values of parameters, by name. Undefined means null. */
export type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: ValueOf<P[Name]> };

/** The SQL type without the question marks, which only TypeScript needs. */
export function sqlTypeOf(type: ParameterType): string {
  return type.replaceAll('?', '');
}

/** SQL: parameters as a list, each written as `:name`, or as `:name::type` where PostgreSQL cannot infer the type. */
export function parameterList(parameters: Parameters, typed?: 'typed'): string {
  return Object.entries(parameters)
    .map(([name, type]) => (typed ? `:${name}::${sqlTypeOf(type)}` : `:${name}`))
    .join(', ');
}

/** SQL: the columns with the names of these parameters, in snake case: the column for `clientId` is `client_id`. */
export function columnList(parameters: Parameters): string {
  return Object.keys(parameters)
    .map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .join(', ');
}

/** SQL: the columns of such a list, each with the alias of its table. */
export function columnsIn(alias: string, columns: string): string {
  return columns
    .split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');
}

/**
 * Matches the parts of SQL in which a colon names no parameter: comments, strings of each kind, quoted names, casts and `:=`. A named
 * parameter does not directly follow a word, bracket or parenthesis, so `[1:n]` stays an array slice. The last part matches mistakes.
 */
const TOKENS = new RegExp(
  [
    /--[^\n]*/,
    /\/\*(?:(?!\*\/|\/\*)[^])*\*\//,
    /\b[eE]'(?:[^'\\]|\\[^]|'')*'/,
    /'(?:[^']|'')*'/,
    /"(?:[^"]|"")*"/,
    /\$(?<tag>[A-Za-z_]\w*)?\$[^]*?\$\k<tag>\$/,
    /::|:=/,
    /(?<![\w\])"]):(?<name>[A-Za-z_]\w*)/,
    /(?<mistake>\$\d+|'|"|\/\*|\$\$)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/**
 * Replaces `:names` by `$1`, `$2` …, in the order in which the parameters are declared. A name that occurs twice is one parameter.
 * @throws Error when the text has an undeclared name, lacks a declared name, or has a numbered parameter, an open quote or an open comment
 */
export function numbered(text: string, parameters: Parameters): string {
  const numbers = new Map(Object.keys(parameters).map((name, n) => [name, n + 1]));
  const used = new Set<string>();
  const compiled = text.replaceAll(TOKENS, (token, ...rest) => {
    const { name, mistake } = rest.at(-1) as { readonly name?: string; readonly mistake?: string };
    if (mistake !== undefined) throw new Error(faultOf(mistake));
    if (name === undefined) return token;
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`the text names the parameter :${name}, which is not declared`);
    used.add(name);
    return `$${number}`;
  });
  const unused = [...numbers.keys()].find((name) => !used.has(name));
  if (unused !== undefined) throw new Error(`the parameter ${unused} is declared, and the text has no :${unused}`);
  return compiled;
}

function faultOf(mistake: string): string {
  return /^\$\d/.test(mistake)
    ? `the text has ${mistake}: give the parameter a name`
    : `the text has an opening ${mistake} that is not closed, or a comment in a comment`;
}
