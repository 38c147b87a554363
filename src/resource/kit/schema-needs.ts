import { rowOf, statement } from '../../database/statement.js';
import type { DeclaredResource } from './declared-resource.js';

/** The tables of these names that are in the search path, each with its columns. */
export const COLUMNS_OF_TABLES = statement({
  name: 'resource-columns',
  parameters: { tables: 'text[]' },
  returns: rowOf<{ table: string; columns: string[] }>(),
  text: `SELECT wanted.name AS table, array_agg(a.attname::text) AS columns
    FROM unnest(:tables::text[]) AS wanted (name) JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(wanted.name))
    WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY wanted.name`,
});

const COMMON_COLUMNS = ['id', 'unique_id', 'created_on', 'updated_on', 'updated_by'];
const REMEDY = 'add the migration that makes it, which `migrations generate` writes';

/** What the database lacks for a resource, one sentence for each table or column. `columns` is undefined without a table. */
export function missingOf(
  { type, table, writable }: DeclaredResource,
  columns: readonly string[] | undefined,
): string[] {
  if (!columns) return [`${type.name} needs the table ${table}, which the database does not have: ${REMEDY}.`];
  const needed = [
    ...COMMON_COLUMNS.map((column) => ({ column, name: undefined })),
    ...writable.map(({ column, name }) => ({ column, name })),
  ];
  return needed
    .filter(({ column }) => !columns.includes(column))
    .map(
      ({ column, name }) =>
        `${[type.name, name].filter(Boolean).join('.')} needs the column ${column} of ${table}: ${REMEDY}.`,
    );
}
