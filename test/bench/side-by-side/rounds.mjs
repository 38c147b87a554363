import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ask } from './child.mjs';

const LOAD = join(import.meta.dirname, 'load.mjs');
const LEAD_SHARE = 0.2;

/**
 * Measures the contenders in each scenario. Each contender warms up. Then, for each number of clients, all take turns, round after round. A
 * contender has `name`, `scenarios`, `target`, `server` and its `clients`, whose tokens continue from round to round. `plan` has
 * `scenarios`, `clientCounts`, `warmUpSeconds`, `rounds` and `seconds`. Resolves to a list of `{ scenario, clients, name, rounds }`.
 */
export async function measure(contenders, { plan, databaseUsage, onStep }) {
  const load = fork(LOAD, { stdio: 'inherit' });
  const most = Math.max(...plan.clientCounts);
  try {
    const results = [];
    for (const scenario of plan.scenarios) {
      const those = contenders.filter(({ scenarios }) => scenarios.includes(scenario));
      const run = (contender, count, seconds) =>
        measureOnce({ contender, scenario, count, seconds, load, databaseUsage });
      for (const contender of those) {
        onStep(`${scenario}, ${contender.name}, warm-up`);
        await run(contender, most, plan.warmUpSeconds);
      }
      for (const count of plan.clientCounts)
        results.push(...(await inTurn(those, { scenario, count, plan, run, onStep })));
    }
    return results;
  } finally {
    load.disconnect();
  }
}

/** How many steps are reported to `onStep`. */
export function stepsOf(contenders, { scenarios, clientCounts, rounds }) {
  const pairs = contenders.flatMap((contender) => contender.scenarios.filter((name) => scenarios.includes(name)));
  return pairs.length * (1 + clientCounts.length * rounds);
}

async function inTurn(contenders, { scenario, count, plan: { rounds, seconds }, run, onStep }) {
  const results = contenders.map(({ name }) => ({ scenario, clients: count, name, rounds: [] }));
  for (let round = 1; round <= rounds; round++) {
    const order = [...contenders.entries()];
    // Each contender follows the others equally often.
    for (const [n, contender] of round % 2 === 0 ? order.reverse() : order) {
      onStep(`${scenario}, ${count} clients, ${contender.name}, round ${round} of ${rounds}`);
      results[n].rounds.push(await run(contender, count, seconds));
    }
  }
  return results;
}

/** The usage of the server is read while no request is under way, and divided by the number of all requests, those of the lead-in included. */
async function measureOnce({ contender, scenario, count, seconds, load, databaseUsage }) {
  const { name, server, target, clients } = contender;
  const task = { scenario, target, clients: clients.slice(0, count) };
  const times = { measuredMs: seconds * 1000, leadMs: seconds * 1000 * LEAD_SHARE };
  const [before, databaseBefore] = [await server.usage(), await databaseUsage?.()];
  const { result } = await ask(load, { ...task, ...times }).catch((error) => {
    throw new Error(`${name}: ${error.message}`);
  });
  const [after, databaseAfter] = [await server.usage(), await databaseUsage?.()];
  clients.splice(0, count, ...result.clients);
  const each = (used, usedBefore) => (used - usedBefore) / result.requests;
  return {
    perSecond: result.perSecond,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    cpuMs: each(after.cpuMs, before.cpuMs),
    statements: each(after.statements, before.statements),
    roundTrips: each(after.roundTrips, before.roundTrips),
    walBytes: databaseUsage && each(databaseAfter.walBytes, databaseBefore.walBytes),
    databaseCpuMs: databaseAfter?.cpuMs && each(databaseAfter.cpuMs, databaseBefore.cpuMs),
    residentBytes: after.residentBytes,
    loadCpuMs: result.cpuMs,
  };
}
