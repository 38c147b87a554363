import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { CutoffClient } from './cutoff-client.mjs';
import { CLIENTS_OF, found } from './population.mjs';
import { Graveyard } from './graveyard.mjs';
import { isUnknown } from './world.mjs';

const RUN = '/api/sys/refreshtokens/runcommand';
const CLIENT_NAMES = ['kiosk', 'phone', 'desk'];
const KILL_EVERY_MS = 4_000;

/**
 * An operator ends sessions by cutoffs, of clients, users and everybody, while clients sign in, refresh and use their tokens. What began before a
 * cutoff is dead when the cutoff is answered, and what began afterwards lives. Meanwhile processes are killed.
 */
export async function cutoffs(context) {
  const { random, deadline, report } = context;
  const { world, service, dispose } = await found(context);
  try {
    const graveyard = new Graveyard(world);
    const cutter = new Cutter(world);
    for (const actor of [graveyard, cutter]) world.join(actor);
    for (const user of CLIENTS_OF)
      for (const client of CLIENT_NAMES) world.join(new CutoffClient(world, graveyard, cutter, { user, client }));
    const chance = random.fork('killer');
    while (performance.now() + KILL_EVERY_MS < deadline) {
      await pause(KILL_EVERY_MS);
      const replica = chance.pick(service);
      await replica.stop('SIGKILL');
      await replica.start();
      report.count('kills');
    }
    await pause(Math.max(0, deadline - performance.now()));
    await world.settle();
    await world.verify();
  } finally {
    await dispose();
  }
}

/** Ends sessions, and remembers when it asked for each cutoff, and when the cutoff was certainly there. */
class Cutter {
  /** Each with its scope, `sentAt` and `answeredAt`, which is infinite until the answer. */
  #made = [];

  constructor(world) {
    this.world = world;
    this.random = world.random.fork('cutter');
    this.history = world.history('cutter');
  }

  async step() {
    await pause(this.random.between(50, 1_200));
    const scope = this.random.weighted({ ClientId: 5, Subject: 3, Everybody: 2 });
    const value = {
      ClientId: () => this.random.pick(CLIENT_NAMES),
      Subject: () => this.random.pick(CLIENTS_OF).email,
      Everybody: () => true,
    }[scope]();
    const cutoff = { [scope]: value, sentAt: performance.now(), answeredAt: Infinity };
    this.#made.push(cutoff);
    const json = { Key: 'END_SESSIONS', Ids: [], Parameters: [{ Name: scope, Value: value }] };
    const headers = { authorization: this.world.admin };
    let answer;
    // Twice ends no more than once.
    do
      answer = await this.world.ask(this.history, {
        method: 'POST',
        path: RUN,
        headers,
        json,
        label: `${scope} ${value}`,
      });
    while (isUnknown(answer));
    cutoff.answeredAt = performance.now();
    if (answer.status !== 200)
      this.world.report.violate('sessions can be ended by a cutoff', `${answer.status} ${answer.text}`, this.history);
    this.world.report.count('cutoffs');
  }

  async settle() {
    // Each step waits for its answer.
  }

  async verify() {
    // The clients verify what the cutoffs did.
  }

  /** Whether a cutoff was answered before the request was sent, and sent after the sign-in was answered. */
  hasEnded({ user, client }, signIn, { sentAt }) {
    return this.#about(user, client).some((cut) => cut.answeredAt < sentAt && signIn.answeredAt < cut.sentAt);
  }

  /** Whether each cutoff was answered before the sign-in was sent, or was sent after the request was answered. */
  hasSpared({ user, client }, signIn, { answeredAt }) {
    return this.#about(user, client).every((cut) => cut.answeredAt < signIn.sentAt || answeredAt < cut.sentAt);
  }

  #about({ email }, client) {
    return this.#made.filter(({ Subject = email, ClientId = client }) => Subject === email && ClientId === client);
  }
}
