import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { abuse } from './abuse.mjs';
import { clock } from './clock.mjs';
import { crash } from './crash.mjs';
import { cutoffs } from './cutoffs.mjs';
import { endurance } from './endurance.mjs';
import { EmbeddedEngine, PostgresEngine } from './engines.mjs';
import { failover, failoverByHosts } from './failover.mjs';
import { network } from './network.mjs';
import { Random } from './random.mjs';
import { program } from './replica.mjs';
import { attackersTable, Report, table } from './report.mjs';
import { thieves } from './thieves.mjs';

// Tries to break the service's promise: no session is lost by accident, and no ended session comes back. See docs/reliability.md.

/** Each scenario: its function, its share of the time, and its engines. */
const SCENARIOS = {
  crash: { run: crash, share: 4, engines: ['embedded', 'postgres'] },
  network: { run: network, share: 3, engines: ['embedded', 'postgres'] },
  failover: { run: failover, share: 3, engines: ['postgres'] },
  'failover-hosts': { run: failoverByHosts, share: 3, engines: ['postgres'] },
  clock: { run: clock, share: 2, engines: ['embedded', 'postgres'] },
  thieves: { run: thieves, share: 2, engines: ['embedded', 'postgres'] },
  cutoffs: { run: cutoffs, share: 2, engines: ['embedded', 'postgres'] },
  abuse: { run: abuse, share: 3, engines: ['embedded', 'postgres'] },
  endurance: { run: endurance, share: 1, engines: ['embedded', 'postgres'] },
};
const ENGINES = { embedded: EmbeddedEngine, postgres: PostgresEngine };
const RESULTS = new URL('../../torture-results/', import.meta.url).pathname;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    engine: { type: 'string', default: 'both' },
    rate: { type: 'string' },
    only: { type: 'string', default: Object.keys(SCENARIOS).join() },
    dist: { type: 'string' },
    main: { type: 'string' },
    image: { type: 'string' },
  },
});
if (!(Number(values.minutes) > 0)) throw new Error(`--minutes must be a number above zero, not ${values.minutes}.`);
if (values.rate !== undefined && !(Number(values.rate) > 0))
  throw new Error(`--rate must be a number above zero, not ${values.rate}.`);
if (values.dist) program.dist = resolve(values.dist);
if (values.main) program.main = resolve(values.main);
const engineNames = values.engine === 'both' ? Object.keys(ENGINES) : [values.engine];
if (engineNames.every((name) => namesFor(name).length === 0)) throw new Error('There is nothing to do.');
const random = new Random(values.seed);
const running = new Set();

console.log(`seed ${values.seed}, ${values.minutes} minutes on ${engineNames.join(' and ')}`);
const stop = showProgress();
// The engines hardly slow each other down: a service that starts uses one core.
const reports = (await Promise.all(engineNames.map(playAll))).flat();
stop();
finish();

/** Runs the scenarios of an engine, one after the other. Each gets its share of the time that is left after creating the engine. */
async function playAll(name) {
  const names = namesFor(name);
  const end = performance.now() + Number(values.minutes) * 60_000;
  const engine = new ENGINES[name](values.image);
  const played = [];
  try {
    await engine.prepare();
    const seconds = (end - performance.now()) / 1000;
    const shares = names.reduce((sum, each) => sum + scenario(each).share, 0);
    for (const each of names) played.push(await play(each, engine, (seconds * scenario(each).share) / shares));
  } finally {
    await engine.dispose();
  }
  return played;
}

async function play(name, engine, seconds) {
  const report = new Report(name, engine.name, seconds);
  const deadline = performance.now() + seconds * 1000;
  running.add(report);
  try {
    const context = { engine, report, random: random.fork(`${name}/${engine.name}`), deadline };
    await scenario(name).run({ ...context, rate: Number(values.rate) || undefined });
  } catch (error) {
    report.violate('the scenario comes to its end', error.stack);
  } finally {
    running.delete(report);
    report.end();
  }
  return report;
}

function finish() {
  mkdirSync(RESULTS, { recursive: true });
  const file = `${RESULTS}${new Date().toISOString().replaceAll(':', '-')}.json`;
  const { minutes, seed, engine, only } = values;
  writeFileSync(file, `${JSON.stringify({ minutes, seed, engine, only, reports }, null, 2)}\n`);
  const violations = reports.reduce((sum, report) => sum + report.violations.length, 0);
  console.log(`\n${table(reports)}\n\n${attackersTable(reports)}\n\n${violations} violations; seed ${seed}; ${file}`);
  process.exit(violations > 0 ? 1 : 0);
}

/** The requested scenarios that can run on an engine. */
function namesFor(engineName) {
  if (!Object.hasOwn(ENGINES, engineName))
    throw new Error(`There is no engine ${engineName}: ${Object.keys(ENGINES).join(', ')}.`);
  return values.only.split(',').filter((each) => scenario(each).engines.includes(engineName));
}

function scenario(name) {
  const found = Object.hasOwn(SCENARIOS, name) && SCENARIOS[name];
  if (!found) throw new Error(`There is no scenario ${name}: ${Object.keys(SCENARIOS).join(', ')}.`);
  return found;
}

/** Shows the progress: in place on a terminal, otherwise a line every ten seconds. */
function showProgress() {
  const isTerminal = process.stderr.isTTY;
  const print = () => {
    const text = [...running].map((report) => report.progress()).join('; ');
    process.stderr.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
  };
  const timer = setInterval(print, isTerminal ? 500 : 10_000);
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\u001b[K');
  };
}
