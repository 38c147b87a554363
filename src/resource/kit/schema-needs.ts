import type { DeclaredResource } from './declared-resource.js';

const REMEDY = 'add the migration that makes it, which `migrations generate` writes';

/** What the database lacks for a resource, one sentence for each table or column. `columns` is undefined without a table. */
export function missingOf(
  { type, table, all }: DeclaredResource<object>,
  columns: readonly string[] | undefined,
): string[] {
  if (!columns) return [`${type.name} needs the table ${table}, which the database does not have: ${REMEDY}.`];
  return all
    .filter(({ column, options: { of, sql } }) => !of && sql === undefined && !columns.includes(column))
    .map(({ column, name }) => `${type.name}.${name} needs the column ${column} of ${table}: ${REMEDY}.`);
}
