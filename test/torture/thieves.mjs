import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { USERS } from '../support/fixtures.mjs';
import { Graveyard } from './graveyard.mjs';
import { found, populate } from './population.mjs';
import { Theft } from './thief.mjs';

const CLIENTS = 6;
/** Seconds; so short that a thief can wait for its end. Well-behaved clients lose nothing by it: their answers were not lost. */
const WINDOW_SECONDS = 2;
/** For each way to steal, so many thefts run side by side. */
const THEFTS = { loop: 2, hangUp: 1, lockstep: 1, quiet: 1, late: 1 };
/** For the last checks; and how long thieves and clients live at least, however long it took to start the service. */
const RESERVE_MS = 2_500;
const LIFE_MS = 6_000;
/** A machine that is busy may make a process stand still, and what it then reads is excused: so many replays, and a tenth of all. */
const EXCUSED_BY_CHANCE = 5;

/**
 * Thieves have copies of users' refresh tokens: one refreshes without pause, one hangs up after each request, one races its victim, one
 * takes what it wants and stops, one comes late. Each theft must be found out at the first replay, and nobody may gain anything after
 * that. Beside them live honest clients, who lose nothing.
 */
export async function thieves(context) {
  const { report, deadline } = context;
  const environment = { TRUSTED_PROXIES: '127.0.0.1' };
  const { world, dispose } = await found(context, { environment, window: WINDOW_SECONDS });
  try {
    populate(world, { clients: CLIENTS });
    steal(world, THEFTS, { hasAddresses: true });
    await pause(Math.max(deadline - RESERVE_MS - performance.now(), LIFE_MS));
    await world.settle();
    await world.verify();
    judgeThefts(report);
  } finally {
    await dispose();
  }
}

/** Lets thieves live in a world: `thefts` has the number of each kind. */
export function steal(world, thefts, { hasAddresses = false } = {}) {
  const graveyard = new Graveyard(world, 'grave digger of thieves');
  world.join(graveyard);
  for (const [way, count] of Object.entries(thefts)) {
    for (let n = 0; n < count; n++) {
      const user = USERS[n % 2 === 0 ? 0 : USERS.length - 2];
      world.join(new Theft(world, graveyard, user, { name: `theft-${way}-${n}`, ways: [way], hasAddresses }));
    }
  }
}

/** Every theft was found out, at the first replay unless the service excused that, which is rare. */
export function judgeThefts(report) {
  const { figures } = report;
  const { thefts = 0, thefts_found_out: foundOut = 0, replays = 0, replays_excused: excused = 0 } = figures;
  const { hang_ups: hangUps = 0, hang_ups_dropped: dropped = 0 } = figures;
  if (thefts === 0 || foundOut === 0) throw new Error('Nothing was stolen.');
  figures.gained_after_replay ??= 0;
  if (excused > EXCUSED_BY_CHANCE + replays / 10)
    report.violate('a replay ends the session', `${excused} of ${replays} did not`);
  if (dropped > EXCUSED_BY_CHANCE + hangUps / 2)
    report.violate('hanging up excuses nothing', `${dropped} of ${hangUps} requests were not judged`);
}
