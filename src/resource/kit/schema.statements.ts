import { rowOf, statement } from '../../database/statement.js';

/** The tables of these names that are in the search path, each with its columns. */
export const COLUMNS_OF_TABLES = statement({
  name: 'resource-columns',
  parameters: { tables: 'text[]' },
  returns: rowOf<{ table: string; columns: string[] }>(),
  text: `SELECT wanted.name AS table, array_agg(a.attname::text) AS columns
    FROM unnest(:tables::text[]) AS wanted (name) JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(wanted.name))
    WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY wanted.name`,
});
