#!/usr/bin/env bash
# PGlite 0.5.16 loses the counters of pg_stat_user_tables at each close, even at a clean close
#
# Ran:     @electric-sql/pglite 0.5.16 on Node 20.20, its files in a folder. 1,000 rows are inserted and 600 deleted; the database is closed
#          with close() and opened again.
# Guess:   A clean shutdown keeps the counters: a server writes them to pg_stat/pgstat.stat and reads them at start.
# Instead: Before: n_live_tup 400, n_dead_tup 600. After: 0 and 0, with 400 rows and 600 dead ones in the file. The folder pg_stat is empty.
# Matters: PGlite never vacuums by itself, so the service must do it on an embedded database. A job that vacuums only if n_dead_tup is high
#          would never see the dead rows of a service that restarts every night, and the tables would grow. Such a job must use the time or
#          its own count of writes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund @electric-sql/pglite@0.5.16

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';

const COUNTERS = `SELECT n_live_tup::int AS live, n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relname = 'sessions'`;
const first = await PGlite.create('./database');
await first.exec(`CREATE TABLE sessions (id int PRIMARY KEY);
  INSERT INTO sessions SELECT generate_series(1, 1000); DELETE FROM sessions WHERE id <= 600`);
await first.query('SELECT pg_stat_force_next_flush()');
const before = (await first.query(COUNTERS)).rows[0];
await first.close();
const kept = readdirSync('./database/pg_stat');

const second = await PGlite.create('./database');
const after = (await second.query(COUNTERS)).rows[0];
const { rows } = await second.query('SELECT count(*)::int AS rows FROM sessions');
await second.close();

console.log('before:', before, '- after:', after, '- rows:', rows[0].rows, '- files in pg_stat:', kept);
assert.deepEqual(before, { live: 400, dead: 600 }, 'CHANGED: the counters differ already before the close');
assert.equal(rows[0].rows, 400);
assert.deepEqual(after, { live: 0, dead: 0 }, 'CHANGED: the counters survive a close');
END
node look.mjs
