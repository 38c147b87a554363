/**
 * Writes docs/statements.sql from the statements of the built service; with --check, only says whether the committed one is the same.
 */
import { join } from 'node:path';
import { format } from 'sql-formatter';
import { writeOrCheck } from './made-file.mjs';

const DIST = join(import.meta.dirname, '../dist');
const HEADER = `-- Every statement that the service runs, by name, with each parameter as the code names it. PostgreSQL gets parameters by number: the
-- comment before a statement has the number and the SQL type of each, and says where null is allowed. Psql takes the parameters of a
-- statement as variables: \\set subject ada@example.com, and :'subject' where the statement has :subject.
--
-- These are not here, because their text depends on the request or TypeORM makes it: the statements of a search (src/resource/find-page.ts),
-- the reads and writes of entities, transactions and migrations; nor are commands such as LISTEN, VACUUM, CHECKPOINT and SELECT 1.
--
-- This file is made by \`npm run statements\`.
`;

function shown({ name, source, parameters, isPrepared, isIdempotent }) {
  const facts = [
    ...(isPrepared ? [] : ['not prepared: PostgreSQL does not see the name']),
    ...(isIdempotent ? ['sent again when its connection broke'] : []),
  ];
  return [
    `-- name: ${name}`,
    ...facts.map((fact) => `-- ${fact}`),
    ...Object.entries(parameters).map(([parameter, type], n) => `-- $${n + 1} ${parameter}: ${typeOf(type)}`),
    `${laidOut(source)};`,
  ].join('\n');
}

/** `text?[]` in words. */
function typeOf(type) {
  return type.replace(/\?\[\]$/, '[] with null elements').replace(/\?$/, ' or null');
}

/** The formatter breaks the line after each of these, even where one line follows. */
const LONE_CLAUSE =
  /^( *)(SELECT|FROM|WHERE|RETURNING|VALUES|ORDER BY)\n\1 {2}(.{0,100}[^(\n])(?=\n\1\S|\n(?!\1)|$(?![^]))/gm;
const LONE_SELECT = /\(\n *(SELECT \S.{0,80})\n *\)/g;

/** Statements are made of parts, each with the line breaks of its own place in the code, so they are laid out here. */
function laidOut(source) {
  const formatted = format(source, { language: 'postgresql', paramTypes: { named: [':'] }, expressionWidth: 120 });
  const text = formatted.replaceAll(LONE_CLAUSE, '$1$2 $3').replaceAll(LONE_SELECT, '($1)');
  if (text.replaceAll(/\s/g, '') !== source.replaceAll(/\s/g, ''))
    throw new Error(`More than the white space of a statement was changed: ${text}`);
  return text;
}

// All statements of the service are declared in modules that this one loads.
await import(join(DIST, 'app.module.js'));
const { STATEMENTS } = await import(join(DIST, 'database/statement.js'));
const all = [...STATEMENTS.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
writeOrCheck('docs/statements.sql', `${HEADER}\n${all.map(shown).join('\n\n')}\n`, {
  expected: 'what the code declares as statements',
  command: 'npm run statements',
});
