#!/usr/bin/env bash
# TypeORM 1.1.1: an INSERT of several entities with orIgnore() gives an ignored entity the id of another row
#
# Ran:     typeorm 1.1.1 with pg 8.23.1 on PostgreSQL 18.4, Node 20.20: insert().values([a, b, c]).orIgnore() on a table with an identity
#          column, where a row with b's e-mail exists already.
# Guess:   a and c get the ids that PostgreSQL made. b was not inserted, so it stays without an id, or gets the id of the existing row.
# Instead: PostgreSQL returns two rows, and TypeORM assigns them in order: a gets its own id, b gets the id of c's row, c gets none.
#          `identifiers` and `generatedMaps` are wrong in the same way.
# Matters: A module built on Tessera that inserts this way and then writes events, roles or rights by `entity.id` writes those of b to c.
#          Tessera inserts one row at a time with orIgnore() and looks only at whether a row came back (users/users.service.ts).
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

const User = new EntitySchema({
  name: 'User',
  columns: {
    id: { type: 'int', primary: true, generated: 'identity' },
    email: { type: 'text', unique: true },
  },
});
const { url, stop } = await startPostgres();
const dataSource = new DataSource({ type: 'postgres', url, entities: [User], synchronize: true, installExtensions: false });
await dataSource.initialize();
const users = dataSource.getRepository('User');
await users.insert({ email: 'b@example.com' });

const inserted = [{ email: 'a@example.com' }, { email: 'b@example.com' }, { email: 'c@example.com' }];
await users.createQueryBuilder().insert().values(inserted).orIgnore().execute();
const stored = Object.fromEntries((await users.find()).map(({ email, id }) => [email[0], id]));
const given = Object.fromEntries(inserted.map(({ email, id }) => [email[0], id]));
await dataSource.destroy();
await stop();

console.log('in the table:', stored, '- on the entities:', given);
assert.equal(given.a, stored.a);
assert.equal(given.b, stored.c, 'CHANGED: the ignored entity no longer gets the id of the next one');
assert.equal(given.c, undefined, 'CHANGED: the last entity gets an id now');
END
timeout 120 node look.mjs
