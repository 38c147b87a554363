#!/usr/bin/env bash
# prom-client 15.1.3 silently miscounts inc(labels, value) once a counter has exemplars switched on
#
# Ran:     prom-client 15.1.3: the same counter with enableExemplars false and true, each called as counter.inc({ outcome: 'replay' }, 2); a
#          histogram called as observe({ outcome: 'replay' }, 0.2).
# Guess:   enableExemplars adds a way to attach exemplars. Existing calls go on counting as before, or throw.
# Instead: Without exemplars the counter is 2 for outcome="replay". With exemplars the labels and the value are both ignored without a word:
#          the counter is 1 with no label at all. The histogram throws "Value is not a valid number: undefined".
# Matters: Exemplars would tie a count to a request id, which is tempting for outcomes such as `replay`. Switching them on at one place makes
#          each alert on a label blind, while the total still moves. Tessera leaves exemplars off; with them
#          every call must become inc({ labels, value, exemplarLabels }).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm install --silent --no-audit --no-fund prom-client@15.1.3

cat > look.mjs <<'END'
import assert from 'node:assert/strict';
import { Counter, Histogram } from 'prom-client';

const options = { help: 'refreshes', labelNames: ['outcome'], registers: [] };
async function counted(enableExemplars) {
  const counter = new Counter({ ...options, name: 'refreshes_total', enableExemplars });
  counter.inc({ outcome: 'replay' }, 2);
  return (await counter.get()).values.map(({ labels, value }) => ({ labels, value }));
}
function observed() {
  const histogram = new Histogram({ ...options, name: 'refresh_seconds', enableExemplars: true });
  try {
    histogram.observe({ outcome: 'replay' }, 0.2);
    return 'observed';
  } catch (error) {
    return error.message;
  }
}
const seen = { without: await counted(false), with: await counted(true), histogram: observed() };

console.log(JSON.stringify(seen));
assert.deepEqual(seen.without, [{ labels: { outcome: 'replay' }, value: 2 }]);
assert.deepEqual(seen.with, [{ labels: {}, value: 1 }], 'CHANGED: a counter with exemplars takes labels and value in order now');
assert.match(seen.histogram, /not a valid number/, 'CHANGED: a histogram with exemplars takes labels and value in order now');
END
node look.mjs
