#!/usr/bin/env bash
# PGlite 0.5.16: the clock of the database counts whole milliseconds, though timestamps have six decimals
#
# Ran:     @electric-sql/pglite 0.5.16 on Node 20.20: clock_timestamp() 500 times by query, and 500 rows that one statement stamps.
# Guess:   The clock has microseconds, as on a server: Node has them (performance.now, hrtime), and clock_timestamp() moves in a statement.
# Instead: The last three digits are always 000. Statements that follow one another within a millisecond get the same now(): of 500 rows that
#          were stamped one after the other, nearly all have the same time.
# Matters: Two rotations of one token can have the same time on the embedded database, and hardly ever on a server. So the rule "superseded
#          before the request had arrived" must define what equal times mean, and an order by time needs a second key (generation, id).
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
const microseconds = new Set();
for (let query = 0; query < 500; query++) {
  const { rows } = await database.query(`SELECT to_char(clock_timestamp(), 'US') AS us`);
  microseconds.add(rows[0].us.slice(3));
}
const { rows } = await database.query(`SELECT count(DISTINCT at)::int AS times, count(*)::int AS rows
  FROM (SELECT clock_timestamp() AS at FROM generate_series(1, 500)) AS stamped`);
await database.close();

console.log('last three digits:', [...microseconds], '- different times among 500 rows:', rows[0].times);
assert.deepEqual([...microseconds], ['000'], 'CHANGED: the clock of PGlite is finer than a millisecond');
assert.ok(rows[0].times < 500, 'CHANGED: no two of 500 rows have the same time');
END
node look.mjs
