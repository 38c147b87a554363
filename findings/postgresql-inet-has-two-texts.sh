#!/usr/bin/env bash
# PostgreSQL: one inet value has two texts: '192.0.2.1' when it is shown, '192.0.2.1/32' when it is cast
#
# Ran:     PostgreSQL 18.6 inside @electric-sql/pglite 0.5.16; servers 15.18 and 18.4 gave the same.
# Guess:   A cast to text gives the text that a client reads, as for numbers, dates and uuid.
# Instead: In a result, in JSON, in an array's text, by concat() and format(): 192.0.2.1. By ::text, ::varchar and the operator ||: 192.0.2.1/32.
#          So concat(address, '') and address || '' differ, and address::text does not equal the text that a client reads and sends back.
# Matters: Addresses go into events and into keys of the throttle, and a MAC over rows covers them. With inet columns a MAC or a key that SQL
#          computes differs from that of the service, which computes from the text that it read. Tessera reads the inet of a session by host(), and
#          keeps text in the form of kernel/address.ts everywhere else.
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
const { rows } = await database.query(`
  SELECT a AS shown, to_json(a)::text AS json, ARRAY[a]::text AS array, concat(a, '') AS concat, format('%s', a) AS format,
    a::text AS cast, a::varchar AS varchar, a || '' AS operator, host(a) AS host
  FROM (VALUES ('192.0.2.1'::inet)) AS t (a)`);
await database.close();

console.log(rows[0]);
const short = '192.0.2.1';
const long = '192.0.2.1/32';
assert.deepEqual(
  rows[0],
  {
    shown: short,
    json: `"${short}"`,
    array: `{${short}}`,
    concat: short,
    format: short,
    cast: long,
    varchar: long,
    operator: long,
    host: short,
  },
  'CHANGED: the texts of an inet value differ from before',
);
END
node look.mjs
