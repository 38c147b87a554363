import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { found, populate } from './population.mjs';

const CLIENTS = 8;
const SAMPLE_MS = 500;
const RESERVE_MS = 2_000;
/** A run this long levels off in its first half. In a shorter run the figures are reported, and only their maximum is checked. */
const TELLING_SECONDS = 300;
const LIMITS = { memory: 1_024, files: 200, connections: 30, tableMib: 32, walMib: 256 };
/** By how much the second half may exceed the first. */
const GROWTH = { factor: 1.25, memory: 64, files: 20, connections: 5, tableMib: 4, walMib: 32 };

/**
 * A steady load, of `--rate` requests a second if given. Memory, files, connections, the table of sessions and, on the embedded database, the WAL must
 * level off.
 * The audit trail grows by design.
 */
export async function endurance(context) {
  const { engine, report, deadline, rate } = context;
  const { data, world, service, dispose } = await found(context);
  const samples = [];
  const begun = performance.now();
  try {
    world.rate = rate;
    populate(world, { clients: CLIENTS });
    await pause(2_000);
    do {
      samples.push({ ...largest(service.map((each) => each.usage())), ...(await databaseUsage(engine, data)) });
      await pause(SAMPLE_MS);
    } while (performance.now() < deadline - RESERVE_MS);
    const seconds = (performance.now() - begun) / 1000;
    report.figures.requests_per_second = report.figures.requests / seconds;
    world.rate = undefined;
    await world.settle();
    await world.verify();
    judge(samples, report, seconds);
  } finally {
    await dispose();
  }
}

/** Connections and the size of the table of sessions with its dead rows. For the embedded database, the sizes of its files. */
async function databaseUsage(engine, { database, folder }) {
  if (!engine.server) return filesOf(folder, await engine.sessionFiles());
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
  const half = Math.floor(samples.length / 2);
  const [before, after] = [samples.slice(0, half), samples.slice(half)].map(means);
  const worst = largest(samples);
  Object.assign(report.figures, samples.at(-1));
  for (const [name, limit] of Object.entries(LIMITS)) {
    if (worst[name] > limit)
      report.violate('what is used is bounded', `${name} was ${worst[name]}, more than ${limit}`);
  }
  for (const name of Object.keys(before).filter((each) => each in GROWTH)) {
    Object.assign(report.figures, { [`${name}_before`]: before[name], [`${name}_after`]: after[name] });
    const limit = before[name] * GROWTH.factor + GROWTH[name];
    if (seconds >= TELLING_SECONDS && after[name] > limit)
      report.violate(
        'what is used levels off',
        `${name}: ${before[name]} in the first half, ${after[name]} in the second`,
      );
  }
}

/** The largest value of each figure in several samples. */
function largest(samples) {
  return combine(samples, (values) => Math.max(...values));
}

function means(samples) {
  return combine(samples, (values) => values.reduce((sum, value) => sum + value, 0) / values.length);
}

function combine(samples, work) {
  return Object.fromEntries(
    Object.keys(samples[0] ?? {}).map((name) => [name, work(samples.map((sample) => sample[name]))]),
  );
}

/** The sizes of the whole folder, of the WAL, and of the table of sessions with its indexes, in MiB. */
function filesOf(folder, sessionFiles) {
  const database = join(folder, 'database');
  const tables = sessionFiles.map((path) => sizeOf(join(database, path)));
  const sizes = {
    folderMib: sizeOf(folder),
    walMib: sizeOf(join(database, 'pg_wal')),
    tableMib: tables.reduce((sum, size) => sum + size, 0),
  };
  return Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, size / 2 ** 20]));
}

function sizeOf(path) {
  // Files may appear and disappear during the walk.
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
