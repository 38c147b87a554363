import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { verdicts } from './compare/aims.mjs';
import { startSigningIn } from './compare/signing-in.mjs';
import { DIST, SERVICE, SETTINGS, startContenders } from './side-by-side/contenders.mjs';
import { Databases } from './side-by-side/databases.mjs';
import { readOptions } from './side-by-side/options.mjs';
import { machine, table } from './side-by-side/report.mjs';
import { BenchSession } from './side-by-side/session.mjs';
import { ratio, summary } from './side-by-side/statistics.mjs';

// `npm run bench:compare -- --baseline DIR`: this build and another one in turn, in one run, and for each figure its aim and what was reached.
// Ends with 1 when a figure misses its aim. With `--only`, it measures these scenarios; `--only sign-in` measures the sign-ins.

const IDLE_MS = 10_000;
const MEBIBYTE = 2 ** 20;
const SIGN_IN = 'sign-in';

const { plan, records, baseline } = readOptions({ full: 100_000, quick: 20_000 });
if (!baseline) {
  console.error('Name the checkout to compare with: --baseline DIR');
  process.exit(1);
}
const reached = new Map();

await BenchSession.run(async (session) => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  session.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  if (!plan.isNarrow) {
    console.log('Starting the service on the embedded database, and its commands, repeatedly ...');
    await measureStarts(session, folder);
  }
  console.log('Starting a PostgreSQL and the servers ...');
  const databases = await Databases.start(session);
  if (plan.scenarios.some((scenario) => scenario !== SIGN_IN)) await measureRequests(session, databases);
  if (!plan.isNarrow || plan.scenarios.includes(SIGN_IN)) await measureSignIns(session, databases);
  const rows = verdicts(reached);
  console.log(`\n${machine()}; medians of ${plan.rounds} rounds of ${plan.seconds} s, in turn\n`);
  for (const { name, aim, found, isReached } of rows) {
    console.log(`${isReached ? 'reached' : 'MISSED '}  ${name.padEnd(62)} aim ${aim.padEnd(10)} reached ${found}`);
  }
  if (rows.some(({ isReached }) => !isReached)) process.exitCode = 1;
});

/** The ratios of requests a second to the other build and to the afternoon service, and the memory of a replica. */
async function measureRequests(session, databases) {
  const contenders = await startContenders(databases, {
    records,
    baseline,
    clients: Math.max(...plan.clientCounts),
    session,
  });
  await databases.settle();
  const figures = await session.measure(contenders, { plan });
  for (const { scenario, clients, name, lead, residentBytes } of figures) {
    if (lead) reached.set(`${scenario} ÷ ${name}, ${clients}`, lead);
    else if (clients === Math.max(...plan.clientCounts)) keepMost('replica', residentBytes);
  }
  for (const { server } of contenders) await server.stop();
}

function keepMost(name, { max }) {
  const megabytes = max / MEBIBYTE;
  if (megabytes > (reached.get(name)?.median ?? 0)) reached.set(name, summary([megabytes]));
}

/** Sign-ins of as many users as there are clients, with the usual cost of a password, and without it. */
async function measureSignIns(session, databases) {
  for (const isFree of [false, true]) {
    const contenders = await startSigningIn(session, databases, { baseline, isFree });
    const clientCounts = [contenders[0].clients.length];
    const figures = await session.measure(contenders, {
      plan: { ...plan, scenarios: [SIGN_IN], clientCounts },
      databaseUsage: () => databases.usage(),
    });
    const [own, other] = figures;
    console.log(`\nSign-ins ${isFree ? 'without hashing' : 'with the usual cost of a password'}\n${table(figures)}`);
    reached.set(isFree ? 'sign-in without hashing' : 'sign-in', ratio(own.rounds, other.rounds));
    if (isFree) reached.set('statements of a sign-in', own.statements);
    for (const { server } of contenders) await server.stop();
  }
}

/** The time to the first answer, the memory, and the time of a command, on the embedded database. */
async function measureStarts(session, folder) {
  const figures = { fresh: [], later: [], peak: [], idle: [], command: [] };
  for (let round = 1; round <= plan.rounds; round++) {
    const env = { ...SETTINGS, DATA_DIR: join(folder, `${round}`) };
    const first = await session.start('embedded', SERVICE, env);
    figures.fresh.push(first.startMs / 1000);
    figures.peak.push((await first.usage()).peakBytes / MEBIBYTE);
    await first.stop();
    const later = await session.start('embedded', SERVICE, env);
    figures.later.push(later.startMs / 1000);
    await pause(IDLE_MS);
    figures.idle.push((await later.usage()).residentBytes / MEBIBYTE);
    await later.stop();
    figures.command.push(await secondsOfCommand(env));
  }
  for (const [name, all] of Object.entries(figures)) reached.set(name, summary(all));
}

async function secondsOfCommand(env) {
  const begun = performance.now();
  const command = spawn(process.execPath, [join(DIST, 'cli/main.js'), 'users', 'list'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'ignore',
  });
  const [code] = await once(command, 'exit');
  if (code !== 0) throw new Error(`The command ended with ${code}.`);
  return (performance.now() - begun) / 1000;
}
