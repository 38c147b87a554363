import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { found, populate } from './population.mjs';
import { HARMLESS, Proxy } from './proxy.mjs';
import { judgeThefts, steal } from './thieves.mjs';

const CLIENTS = 10;
/**
 * A retry window so short that the scenario can wait for its end. `clients` try their previous token afterwards, half of them after they
 * used an access token. The service has stored that use after `confirmedAfterMs`, and keeps the short window for `lifeMs`.
 */
const SHORT_WINDOW = { seconds: 1, isOverAfterMs: 2_000, clients: 6, confirmedAfterMs: 2_500, lifeMs: 1_500 };
const LIFE_MS = { shortest: 200, longest: 2_500 };
/** These faults happen in every run, even in a short run on a slow machine. The last is the first. */
const DUE = ['shortWindow', 'killService'];
/** Long enough for a client to give up and continue at another replica. */
const FREEZE_MS = 3_000;
/** Faults in the traffic between a process and its database. A request and its answer take several pieces. */
const LINE_FAULTS = {
  asked: { pass: 600, delay: 3, cutInside: 1, dropAnswer: 2, silence: 1 },
  answered: { pass: 600, delay: 3, cutInside: 1 },
};
/** Thieves live among the clients: a kill, a lost answer or a freeze must not save a thief. */
const THEFTS = { loop: 1, hangUp: 1, lockstep: 1 };
/** Time for the last checks. */
const RESERVE_MS = 4_000;

/**
 * Clients live while the service is killed at random moments and started again, or frozen for a while. On PostgreSQL the scenario also
 * kills the server, as a power cut would, cuts its connections, and sometimes loses traffic between one process and the server.
 * Between two kills the retry window is sometimes so short that the scenario can try replays after its end.
 */
export async function crash(context) {
  const { engine, report, random, deadline } = context;
  const place = await found(context);
  const { world, service, dispose } = place;
  const chance = random.fork('chaos');
  const line = engine.server && (await harmLine(service[0], report, random.fork('line')));
  const faults = engine.server
    ? { killService: 5, killServer: 2, cutBackends: 3, freezeService: 3, shortWindow: 2 }
    : { killService: 5, freezeService: 2, shortWindow: 1 };
  world.mayBeUnavailable = engine.server !== undefined;
  try {
    place.clients = populate(world, { clients: CLIENTS });
    place.line = line;
    steal(world, THEFTS);
    const due = [...(engine.server ? ['freezeService', 'killServer'] : ['killService']), ...DUE];
    while (due.length > 0 || performance.now() < deadline - RESERVE_MS) {
      await pause(chance.between(LIFE_MS.shortest, LIFE_MS.longest));
      await world.nextWrites(chance.between(1, 8));
      // These faults happen in every run, even in a short run on a slow machine.
      await FAULTS[due.pop() ?? chance.weighted(faults)](place, context, chance);
    }
    if (line) line.faults = HARMLESS;
    await world.settle();
    if (!report.figures.replays_after_window) throw new Error('No token was tried after the retry window.');
    await Promise.all(service.map((replica) => replica.stop()));
    report.count('kills');
    await Promise.all(service.map((replica) => replica.start()));
    await world.verify();
    judgeThefts(report);
  } finally {
    line?.close();
    await dispose();
  }
}

/** From now on this process reaches its database through a proxy that loses some of their traffic. */
async function harmLine(replica, report, random) {
  const target = new URL(replica.environment.DATABASE_URL);
  const count = (fault) => report.count(`line_${fault}`);
  const line = new Proxy({ target, random, count, faults: LINE_FAULTS });
  target.port = new URL(await line.listen()).port;
  await replica.stop();
  await replica.start({ DATABASE_URL: target.href });
  return line;
}

const FAULTS = {
  async killService({ service }, { report }, chance) {
    const replica = chance.pick(service);
    await replica.stop('SIGKILL');
    report.count('kills');
    await replica.start();
  },

  async freezeService({ service, world }, { report }, chance) {
    world.frozen = chance.between(0, service.length - 1);
    await service[world.frozen].freeze(chance.between(FREEZE_MS / 2, FREEZE_MS));
    world.frozen = undefined;
    report.count('freezes');
  },

  async killServer(_place, { engine, report }) {
    await engine.server.stop('SIGQUIT');
    report.count('server_kills');
    await engine.server.start();
  },

  async cutBackends({ data }, { engine, report }, chance) {
    const all = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND random() < $2`;
    await engine.server.query(all, [data.database, chance.pick([0.3, 1])]);
    report.count('cuts');
  },

  /**
   * After the short window the previous token is a replay when the current token is confirmed. Otherwise the previous token gets the current
   * token again, as after a lost answer. Only for clients without a request under way is it known which case applies.
   */
  async shortWindow({ service, world, clients, line }, { report }) {
    const restart = async (seconds, signal) => {
      await Promise.all(service.map((replica) => replica.stop(signal)));
      await Promise.all(service.map((replica) => replica.start({ REFRESH_RETRY_WINDOW: `${seconds}` })));
      world.window = seconds;
    };
    const { window } = world;
    const some = clients.slice(0, SHORT_WINDOW.clients);
    await world.calmly(async () => {
      // The service must not lose the confirmation of an access token. Otherwise the previous token would still be accepted.
      if (line) line.faults = HARMLESS;
      for (const client of some) {
        if (!client.isAlive) await client.login();
        await client.refresh();
      }
      const [confirmed, unconfirmed] = [some.slice(0, some.length / 2), some.slice(some.length / 2)];
      for (const client of confirmed) await client.confirm();
      await pause(SHORT_WINDOW.confirmedAfterMs);
      await restart(SHORT_WINDOW.seconds, 'SIGTERM');
      await pause(SHORT_WINDOW.isOverAfterMs);
      await Promise.all(confirmed.map(({ ends }) => ends.replay({ isPrevious: true })));
      await Promise.all(unconfirmed.map((client) => client.askAgain()));
      if (line) line.faults = LINE_FAULTS;
    });
    await pause(SHORT_WINDOW.lifeMs);
    await world.calmly(() => restart(window, 'SIGKILL'));
    report.count('short_windows');
  },
};
