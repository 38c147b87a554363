import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { abuse } from './abuse.mjs';
import { clock } from './clock.mjs';
import { crash } from './crash.mjs';
import { endurance } from './endurance.mjs';
import { EmbeddedEngine, PostgresEngine } from './engines.mjs';
import { failover } from './failover.mjs';
import { network } from './network.mjs';
import { Random } from './random.mjs';
import { program } from './replica.mjs';
import { Report, table } from './report.mjs';

// Tries to break the service's promise: a session is never lost by accident and never survives on purpose. See docs/reliability.md.

/** Each scenario: what it does, how much of the time it gets, and the engines it is for. */
const SCENARIOS = {
  crash: { run: crash, share: 4, engines: ['embedded', 'postgres'] },
  network: { run: network, share: 2, engines: ['embedded', 'postgres'] },
  failover: { run: failover, share: 3, engines: ['postgres'] },
  clock: { run: clock, share: 2, engines: ['embedded', 'postgres'] },
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
    only: { type: 'string', default: Object.keys(SCENARIOS).join() },
    dist: { type: 'string' },
  },
});
if (values.dist) program.dist = resolve(values.dist);
const engineNames = values.engine === 'both' ? Object.keys(ENGINES) : [values.engine];
const plan = engineNames.flatMap((engine) =>
  values.only
    .split(',')
    .filter((name) => scenario(name).engines.includes(engine))
    .map((name) => ({ engine, name })),
);
const shares = plan.reduce((sum, { name }) => sum + scenario(name).share, 0);
const random = new Random(values.seed);
const reports = [];

console.log(`seed ${values.seed}, ${values.minutes} minutes for ${plan.length} runs`);
for (const name of engineNames) {
  const engine = new ENGINES[name]();
  try {
    const begun = performance.now();
    await engine.prepare();
    // What making the engine took is taken off what its scenarios get.
    const spent = (performance.now() - begun) / plan.filter((part) => part.engine === name).length;
    for (const part of plan.filter((each) => each.engine === name)) {
      const seconds = (Number(values.minutes) * 60 * scenario(part.name).share) / shares - spent / 1000;
      reports.push(await play(part.name, engine, seconds));
    }
  } finally {
    await engine.dispose();
  }
}
finish();

async function play(name, engine, seconds) {
  const report = new Report(name, engine.name);
  const deadline = performance.now() + seconds * 1000;
  const stop = showProgress(report, seconds);
  try {
    await scenario(name).run({ engine, report, random: random.fork(`${name}/${engine.name}`), deadline });
  } catch (error) {
    report.violate('the scenario comes to its end', error.stack);
  } finally {
    stop();
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
  console.log(`\n${table(reports)}\n\n${violations} violations; seed ${seed}; ${file}`);
  process.exit(violations > 0 ? 1 : 0);
}

function scenario(name) {
  const found = Object.hasOwn(SCENARIOS, name) && SCENARIOS[name];
  if (!found) throw new Error(`There is no scenario ${name}: ${Object.keys(SCENARIOS).join(', ')}.`);
  return found;
}

/** Tells every few seconds how it goes: in place on a terminal, else a line now and then. */
function showProgress(report, seconds) {
  const begun = performance.now();
  const isTerminal = process.stderr.isTTY;
  const timer = setInterval(
    () => {
      const { requests, kills = 0 } = report.figures;
      const at = Math.round((performance.now() - begun) / 1000);
      const text = `${report.scenario} on ${report.engine}: ${at} of ${Math.round(seconds)} s, ${requests} requests, ${kills} kills, ${report.violations.length} violations`;
      process.stderr.write(isTerminal ? `\r${text}\u001b[K` : `${text}\n`);
    },
    isTerminal ? 500 : 10_000,
  );
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\u001b[K');
  };
}
