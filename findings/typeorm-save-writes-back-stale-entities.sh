#!/usr/bin/env bash
# TypeORM 1.1.1: save() of an entity that was read earlier sets its version back, and inserts it again when it was deleted
#
# Ran:     typeorm 1.1.1 with pg 8.23.1 on PostgreSQL 18.4, Node 20.20, an entity with a version column (@VersionColumn) and an update date.
#          Two callers read the same row; the first saves or deletes, then the second saves what it read with another change.
# Guess:   After another save: a conflict, or at least a version of 3. After a delete: an error, or nothing is updated.
# Instead: After another save the second one succeeds and writes its own old version and update date into the row: 1 becomes 2 becomes 1.
#          After a delete it succeeds too: the row is inserted again, under the same id.
# Matters: A version that goes back lets If-Match accept a record that was changed in between, and a late save() would revive a session that
#          was revoked and deleted. Tessera writes sessions and records by statements whose WHERE checks what must still be true, never by
#          save(). A module built on Tessera should do the same, or use update() and look at `affected`.
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

const Session = new EntitySchema({
  name: 'Session',
  columns: {
    id: { type: 'int', primary: true, generated: 'identity' },
    note: { type: 'text' },
    version: { type: 'int', version: true },
    updatedOn: { type: 'timestamptz', updateDate: true },
  },
});
const { url, stop } = await startPostgres();
const dataSource = new DataSource({ type: 'postgres', url, entities: [Session], synchronize: true, installExtensions: false });
await dataSource.initialize();
const sessions = dataSource.getRepository('Session');
const { id } = await sessions.save({ note: 'new' });
const read = () => sessions.findOneBy({ id });

const [first, second] = [await read(), await read()];
await sessions.save({ ...first, note: 'by the first' });
const between = await read();
await sessions.save({ ...second, note: 'by the second' });
const after = await read();
const versions = [first.version, between.version, after.version];
const datesBack = after.updatedOn.getTime() === second.updatedOn.getTime();

const late = await read();
await sessions.delete({ id });
await sessions.save({ ...late, note: 'by the late one' });
const revived = await read();
await dataSource.destroy();
await stop();

console.log('versions:', versions, '- update date set back:', datesBack, '- after the delete:', revived?.note);
assert.deepEqual(versions, [1, 2, 1], 'CHANGED: save() of a stale entity no longer sets the version back');
assert.ok(datesBack, 'CHANGED: save() of a stale entity no longer sets the update date back');
assert.equal(revived?.note, 'by the late one', 'CHANGED: save() no longer inserts a row that was deleted');
END
timeout 120 node look.mjs
