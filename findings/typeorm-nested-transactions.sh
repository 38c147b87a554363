#!/usr/bin/env bash
# TypeORM 1.1.1: a nested transaction ignores its isolation level, and two concurrent nested transactions break a connection of the pool
#
# Ran:     typeorm 1.1.1 with pg 8.23.1 on PostgreSQL 18.4, Node 20.20, a pool of one connection. manager.transaction('SERIALIZABLE', ...)
#          inside a transaction; then two manager.transaction(...) of one manager under Promise.allSettled, and one of the two fails.
# Guess:   An impossible level is an error. Of two concurrent nested transactions, each has its savepoint, or the second is refused. In each
#          case the outer transaction ends by COMMIT or ROLLBACK before its connection goes back to the pool.
# Instead: TypeORM silently drops SERIALIZABLE: SHOW transaction_isolation says "read committed". The two concurrent transactions use the name
#          typeorm_1 and a common counter, and the outer rollback becomes one more ROLLBACK TO SAVEPOINT, which fails. transaction() rejects
#          and puts the connection back inside the aborted transaction: the next caller gets 25P02 for a correct SELECT.
# Matters: Work of several modules in one transaction invites Promise.all. One such bug anywhere breaks connections, which sign-ins and
#          refreshes then lack until the process restarts. Tessera nests no transactions and awaits statements of one manager one by one.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund typeorm@1.1.1 pg@8.23.1 reflect-metadata@0.2.2
. "$source/support/postgres.bash"

cat > look.mjs <<'END'
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { DataSource } from 'typeorm';
import { startPostgres } from './postgres.mjs';

const { url, stop } = await startPostgres();
const dataSource = new DataSource({ type: 'postgres', url, entities: [], installExtensions: false, poolSize: 1 });
await dataSource.initialize();
await dataSource.query('CREATE TABLE events (kind text UNIQUE)');
const write = (manager, kind) => manager.query(`INSERT INTO events VALUES ('${kind}')`);

const level = await dataSource.transaction((outer) =>
  outer.transaction('SERIALIZABLE', async (inner) => (await inner.query('SHOW transaction_isolation'))[0].transaction_isolation),
);
const outcome = await dataSource
  .transaction(async (outer) => {
    const failing = outer.transaction(async (inner) => {
      await write(inner, 'first');
      throw new Error('the first gives up');
    });
    const other = outer.transaction((inner) => write(inner, 'second'));
    await Promise.allSettled([failing, other]);
  })
  .then(() => 'committed', (error) => error.driverError?.code ?? error.message);
const next = await dataSource.query('SELECT 1').then(() => 'ok', (error) => error.driverError.code);
await dataSource.destroy();
await stop();

console.log('level:', level, '- outer transaction:', outcome, '- the next query of the pool:', next);
assert.equal(level, 'read committed', 'CHANGED: the level of a nested transaction is no longer ignored');
assert.notEqual(outcome, 'committed', 'CHANGED: nested transactions side by side work');
assert.equal(next, '25P02', 'CHANGED: the connection is clean when it goes back to the pool');
END
timeout 120 node look.mjs
