#!/usr/bin/env bash
# TypeORM 1.1.1: find({ take: 1, relations, lock }) locks every row of the table
#
# Ran:     typeorm 1.1.1 with pg 8.23.1 on PostgreSQL 18.4, Node 20.20: five users with a relation each, read with take: 1 and lock: { mode:
#          'pessimistic_write', tables: ['user'] } in a transaction. A second connection counts the rows that are free (SKIP LOCKED).
# Guess:   With or without relations only the returned row is locked.
# Instead: Without relations one row is locked and four are free. With relations no row is free. To count entities and not joined rows, TypeORM first
#          reads the ids by SELECT DISTINCT ... FROM (SELECT ... FOR UPDATE OF ...) LIMIT 1: the lock is inside, the limit outside.
# Matters: A job that takes a few sessions with their users and skips locked ones would stop every refresh for as long as its transaction
#          lasts, and two such jobs would take turns instead of sharing the work. Tessera's jobs lock by their own SQL, which has the
#          LIMIT beside the FOR UPDATE.
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
import { DataSource, EntitySchema } from 'typeorm';
import { startPostgres } from './postgres.mjs';

const id = { type: 'int', primary: true, generated: 'identity' };
const User = new EntitySchema({
  name: 'User',
  tableName: 'user',
  columns: { id },
  relations: { devices: { type: 'one-to-many', target: 'Device', inverseSide: 'user' } },
});
const Device = new EntitySchema({
  name: 'Device',
  columns: { id },
  relations: { user: { type: 'many-to-one', target: 'User', inverseSide: 'devices' } },
});
const { url, stop } = await startPostgres();
const dataSource = new DataSource({ type: 'postgres', url, entities: [User, Device], synchronize: true, installExtensions: false });
await dataSource.initialize();
const saved = await dataSource.getRepository('User').save([{}, {}, {}, {}, {}]);
await dataSource.getRepository('Device').save(saved.map((user) => ({ user })));

const freeDuring = (options) =>
  dataSource.transaction(async (manager) => {
    const lock = { mode: 'pessimistic_write', tables: ['user'] };
    const found = await manager.getRepository('User').find({ take: 1, order: { id: 'ASC' }, lock, ...options });
    const free = await dataSource.query('SELECT id FROM "user" FOR UPDATE SKIP LOCKED');
    return `${found.length} read, ${free.length} free`;
  });
const seen = { plain: await freeDuring({}), withRelations: await freeDuring({ relations: { devices: true } }) };
await dataSource.destroy();
await stop();

console.log(seen);
assert.equal(seen.plain, '1 read, 4 free');
assert.equal(seen.withRelations, '1 read, 0 free', 'CHANGED: take with relations no longer locks the whole table');
END
timeout 120 node look.mjs
