#!/usr/bin/env bash
# PostgreSQL: ON CONFLICT (...) WHERE column = $1 works five times, then fails for ever
#
# Ran:     PostgreSQL 18.6 inside @electric-sql/pglite 0.5.16; servers 15.18 and 18.4 gave the same. A unique index on (subject) WHERE
#          issued, and a prepared INSERT ... ON CONFLICT (subject) WHERE issued = $2 DO NOTHING, executed seven times with true.
# Guess:   Either PostgreSQL cannot infer the index from a parameter, and PREPARE or the first execution fails; or it can, and all executions
#          succeed.
# Instead: Executions 1 to 5 succeed: each has a plan for its value, and true implies the predicate. The sixth needs a plan for every
#          value, finds none and ends with 42P10 "there is no unique or exclusion constraint matching the ON CONFLICT
#          specification", as does every later one on that connection. A test that executes the statement five times proves nothing.
# Matters: Tessera finds or creates sessions by ON CONFLICT (subject, client_id) WHERE issued, with named statements. The predicate of such a
#          statement must stay a literal: as a parameter it would pass the tests and fail on each busy connection.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.16

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { PGlite } from '@electric-sql/pglite';

const database = await PGlite.create();
await database.exec(`
  CREATE TABLE sessions (subject text, issued boolean);
  CREATE UNIQUE INDEX ON sessions (subject) WHERE issued;
  PREPARE by_parameter (text, boolean) AS INSERT INTO sessions VALUES ($1, true) ON CONFLICT (subject) WHERE issued = $2 DO NOTHING;
  PREPARE by_literal (text) AS INSERT INTO sessions VALUES ($1, true) ON CONFLICT (subject) WHERE issued = true DO NOTHING;`);
async function outcomes(statement) {
  const seen = [];
  for (let execution = 0; execution < 7; execution++) {
    seen.push(await database.exec(`EXECUTE ${statement}`).then(() => 'ok', (error) => error.code));
  }
  return seen;
}
const parameter = await outcomes(`by_parameter('reader', true)`);
const literal = await outcomes(`by_literal('reader')`);
await database.close();

console.log('parameter:', parameter.join(' '), '- literal:', literal.join(' '));
assert.deepEqual(literal, Array(7).fill('ok'));
assert.deepEqual(
  parameter,
  ['ok', 'ok', 'ok', 'ok', 'ok', '42P10', '42P10'],
  'CHANGED: the predicate as a parameter is refused from the start, or works for good',
);
END
node look.mjs
