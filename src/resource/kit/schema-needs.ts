import type { DeclaredResource } from './declared-resource.js';

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
