import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { USERS } from '../support/fixtures.mjs';
import { Graveyard } from './graveyard.mjs';
import { KeylessTheft } from './keyless-thief.mjs';
import { found, populate } from './population.mjs';
import { Theft } from './thief.mjs';

const CLIENTS = 6;
/** Seconds: so short that a thief can wait for the end. Well-behaved clients need no retry window here, since none of their answers is lost. */
const WINDOW_SECONDS = 2;
/** How many concurrent thefts there are for each way to steal. */
const THEFTS = { loop: 2, hangUp: 1, lockstep: 1, quiet: 1, late: 1 };
const KEYLESS_THEFTS = 2;
/** Time for the last checks, and the least time that thieves and clients live, however long the service took to start. */
const RESERVE_MS = 2_500;
const LIFE_MS = 6_000;
/** A busy machine may stall a process, and the service then excuses the requests that it reads late: this many replays, and a tenth of all. */
const EXCUSED_BY_CHANCE = 5;

/**
 * Thieves have copies of users' refresh tokens. One refreshes without pause, one disconnects after each request, one races its victim, one
 * takes some tokens and stops, one comes late. Each theft must be detected at the first replay, and nobody may get a token after that. Two
 * lack the key of a bound session, and get nothing. Honest clients live beside the thieves and must lose nothing.
 */
export async function thieves(context) {
  const { report, deadline } = context;
  const environment = { TRUSTED_PROXIES: '127.0.0.1' };
  const { world, dispose } = await found(context, { environment, window: WINDOW_SECONDS });
  try {
    populate(world, { clients: CLIENTS });
    steal(world, THEFTS, { hasAddresses: true });
    for (let n = 0; n < KEYLESS_THEFTS; n++) world.join(new KeylessTheft(world, USERS[0], `keyless-${n}`));
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

/** Every theft was detected, at the first replay unless the service excused the replay, which is rare. */
export function judgeThefts(report) {
  const { figures } = report;
  const { thefts = 0, thefts_found_out: foundOut = 0, replays = 0, replays_excused: excused = 0 } = figures;
  const { hang_ups: hangUps = 0, hang_ups_dropped: dropped = 0 } = figures;
  if (thefts === 0 || foundOut === 0) throw new Error('Nothing was stolen.');
  figures.gained_after_replay ??= 0;
  if (excused > EXCUSED_BY_CHANCE + replays / 10)
    report.violate('a replay ends the session', `${excused} of ${replays} did not`);
  if (dropped > EXCUSED_BY_CHANCE + hangUps / 2)
    report.violate('a disconnect excuses nothing', `${dropped} of ${hangUps} requests were not judged`);
}
