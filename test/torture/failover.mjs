import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresEngine } from './engines.mjs';
import { found, populate } from './population.mjs';
import { PostgresServer } from './postgres.mjs';
import { Proxy } from './proxy.mjs';

const CLIENTS = 10;
const STANDBY = 'standby';
const PASS = { asked: { pass: 1 }, answered: { pass: 1 } };
const LIFE_MS = { shortest: 1_500, longest: 4_000 };
/** How long this harness takes to notice that the primary is gone. A real watcher takes some seconds. */
const NOTICED_AFTER_MS = 200;
const RESERVE_MS = 4_000;
/** How long another round takes, including a base backup. */
const ROUND_MS = 10_000;

/**
 * A primary with a synchronous standby, behind a stable address. The primary is killed under load. The standby is promoted and takes over
 * the address. No acknowledged write may be missing. If time is left, the new primary gets a standby, and another round begins.
 */
export function failover(context) {
  return play(context, new Cluster());
}

/** The same without a stable address: DATABASE_URL names both servers, and the service finds the one that accepts writes. */
export function failoverByHosts(context) {
  return play(context, new HostsCluster());
}

async function play(context, cluster) {
  const { report, random, deadline } = context;
  try {
    await cluster.prepare();
    const { world, dispose } = await found({ ...context, engine: cluster });
    world.mayBeUnavailable = true;
    try {
      populate(world, { clients: CLIENTS });
      const chance = random.fork('chaos');
      for (;;) {
        await pause(chance.between(LIFE_MS.shortest, LIFE_MS.longest));
        await world.nextWrites(chance.between(1, 8));
        await cluster.fail(report);
        if (performance.now() > deadline - RESERVE_MS - ROUND_MS) break;
        await cluster.addStandby();
      }
      await world.settle();
      await world.verify();
    } finally {
      await dispose();
    }
  } finally {
    await cluster.dispose();
  }
}

/** Two servers, one of them the primary, and an address that leads to the primary. */
class Cluster extends PostgresEngine {
  #address;
  /** The port of the killed primary. The standby of its successor uses this port next. */
  #freePort;

  async prepare() {
    this.server = await PostgresServer.create();
    await this.addStandby();
    await this.beReached();
    await this.makeTemplate();
  }

  /** Creates the address by which the service reaches the primary. */
  async beReached() {
    this.#address = new Proxy({ target: this.#target(), random: { weighted: () => 'pass' }, faults: PASS });
    await this.#address.listen();
  }

  /** A commit is acknowledged only when the standby has the commit on disk. */
  async addStandby() {
    this.standby = await this.server.createStandby(STANDBY, this.#freePort);
    await this.server.query(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
    await this.server.query('SELECT pg_reload_conf()');
    const isSynchronous = `SELECT FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync'`;
    while ((await this.server.query(isSynchronous, [STANDBY])).length === 0) await pause(50);
  }

  /** Kills the primary and puts the standby in its place. */
  async fail(report) {
    const begun = performance.now();
    this.#freePort = this.server.port;
    await this.server.dispose();
    report.count('primaries_killed');
    await pause(NOTICED_AFTER_MS);
    // The standby copied the primary's settings, but has no standby of its own yet.
    await this.standby.query('SELECT pg_promote()');
    await this.standby.query('ALTER SYSTEM RESET synchronous_standby_names');
    await this.standby.query('SELECT pg_reload_conf()');
    [this.server, this.standby] = [this.standby, undefined];
    this.#address?.retarget(this.#target());
    report.worst('failover_s', (performance.now() - begun) / 1000);
  }

  url(database) {
    return this.server.url(database, new URL(this.#address.url).port);
  }

  async dispose() {
    this.#address?.close();
    await this.standby?.dispose();
    await super.dispose();
  }

  #target() {
    return `http://127.0.0.1:${this.server.port}`;
  }
}

/** Two servers that the service finds by their ports. */
class HostsCluster extends Cluster {
  #hosts;

  async beReached() {
    this.#hosts = [this.standby, this.server].map(({ port }) => `127.0.0.1:${port}`).join();
  }

  url(database) {
    const { username } = new URL(this.server.url(database));
    return `postgres://${username}@${this.#hosts}/${database}`;
  }
}
