#!/usr/bin/env bash
# PostgreSQL: a SELECT ... FOR UPDATE in a WITH that nothing reads locks nothing, although an UPDATE there is carried out
#
# Ran:     PostgreSQL 18.6 inside @electric-sql/pglite 0.5.16; servers 15.18 and 18.4 gave the same. xmax of a row shows whether it was
#          locked.
# Guess:   PostgreSQL executes WITH parts that have an effect, also if nothing reads them; and a lock is an effect.
# Instead: It executes only INSERT, UPDATE, DELETE and MERGE. It drops the unread SELECT ... FOR UPDATE from the plan without a notice. If an
#          EXISTS reads the SELECT, it locks, and the row is checked before the write.
# Matters: Tessera joins an act and its audit event in one WITH. The obvious way to have a statement wait for a user's row, one more WITH
#          part with FOR SHARE, would wait for nothing, and only a race between two connections shows it. A lock in such a statement must be
#          read by the part that writes.
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
  CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users VALUES (1);
  CREATE TABLE events (kind text);`);
async function locksUser(statement) {
  await database.exec('BEGIN');
  await database.query(statement);
  const { rows } = await database.query(`SELECT xmax <> '0' AS locked FROM users WHERE id = 1`);
  await database.exec('ROLLBACK');
  // After a rollback the row keeps the xmax of the lock.
  await database.exec('DELETE FROM users; INSERT INTO users VALUES (1)');
  return rows[0].locked;
}
const LOCK = 'SELECT id FROM users WHERE id = 1 FOR UPDATE';
const seen = {
  alone: await locksUser(LOCK),
  unread: await locksUser(`WITH locked AS (${LOCK}) INSERT INTO events VALUES ('login')`),
  read: await locksUser(`WITH locked AS (${LOCK}) INSERT INTO events SELECT 'login' WHERE EXISTS (SELECT FROM locked)`),
};
await database.query(`WITH written AS (INSERT INTO events VALUES ('unread')) SELECT 1`);
const { rows } = await database.query(`SELECT count(*)::int AS written FROM events WHERE kind = 'unread'`);
await database.close();

console.log('locked:', seen, '- events that an unread INSERT wrote:', rows[0].written);
assert.deepEqual(seen, { alone: true, unread: false, read: true }, 'CHANGED: a SELECT in a WITH locks in other cases');
assert.equal(rows[0].written, 1);
END
node look.mjs
