import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { found, populate } from './population.mjs';

const CLIENTS = 8;
const SAMPLE_MS = 500;
const RESERVE_MS = 2_000;
/** A run this long has come to rest in its first half; in a shorter one the figures are told and only their height is judged. */
const TELLING_SECONDS = 300;
const LIMITS = { memory: 1_024, files: 200, connections: 30, tableMib: 32 };
/** By how much the second half may be above the first. */
const GROWTH = { factor: 1.25, memory: 64, files: 20, connections: 5 };

/** A steady load. Memory, files, connections and the table of sessions come to rest. */
export async function endurance(context) {
  const { engine, report, deadline } = context;
  const { data, world, service, dispose } = await found(context);
  const samples = [];
  const begun = performance.now();
  try {
    populate(world, { clients: CLIENTS });
    await pause(2_000);
    do {
      samples.push({ ...service[0].usage(), ...(await databaseUsage(engine, data)) });
      await pause(SAMPLE_MS);
    } while (performance.now() < deadline - RESERVE_MS);
    await world.settle();
    await world.verify();
    judge(samples, report, (performance.now() - begun) / 1000);
  } finally {
    await dispose();
  }
}

/** Connections, and size of the table of sessions with its dead rows; of the embedded database the size of its folder. */
async function databaseUsage(engine, { database, folder }) {
  if (!engine.server) return { folderMib: sizeOf(folder) / 2 ** 20 };
  const [row] = await engine.server.query(
    `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE datname = $1) AS connections,
      pg_total_relation_size(relid) / 1048576.0 AS table_mib, n_dead_tup::int AS dead, n_live_tup::int AS live,
      n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot
    FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'`,
    [database],
    database,
  );
  const { connections, table_mib: tableMib, dead, live, updates, hot } = row;
  return {
    connections,
    tableMib: Number(tableMib),
    deadRows: dead,
    liveRows: live,
    hotShare: updates ? hot / updates : 1,
  };
}

function judge(samples, report, seconds) {
  const last = samples.at(-1);
  const half = Math.floor(samples.length / 2);
  const [first, second] = [samples.slice(0, half), samples.slice(half)];
  Object.assign(report.figures, last);
  for (const [name, limit] of Object.entries(LIMITS)) {
    if (last[name] > limit) report.violate('what is used is bounded', `${name} is ${last[name]}, more than ${limit}`);
  }
  if (seconds < TELLING_SECONDS) return;
  for (const name of ['memory', 'files', 'connections'].filter((each) => last[each] !== undefined)) {
    const [before, after] = [first, second].map((part) => mean(part.map((sample) => sample[name])));
    if (after > before * GROWTH.factor + GROWTH[name])
      report.violate('what is used levels off', `${name}: ${before} in the first half, ${after} in the second`);
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sizeOf(path) {
  // Files come and go while this looks.
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
