import { scatter } from './chance.mjs';

// The owners of sessions, and their positions in the table. Both are functions of a number, so nothing is kept in memory.

/** How many sessions each of twenty subjects has. */
const SESSIONS = [1, 3, 1, 2, 1, 2, 1, 1, 2, 1, 4, 1, 2, 3, 1, 2, 1, 1, 2, 3];
const SLOTS = SESSIONS.flatMap((count, subject) =>
  Array.from({ length: count }, (_, ordinal) => ({ subject, ordinal })),
);

/** A few first-party apps have most of the sessions. Many other clients share the rest. */
const FIRST_PARTY = { 'web-app': 0.34, 'ios-app': 0.23, 'android-app': 0.19, 'desktop-app': 0.06 };
const PARTNERS = Array.from({ length: 46 }, (_, n) => [`partner-${String(n + 1).padStart(2, '0')}`, 1 / (n + 1)]);
const PARTNER_WEIGHT = PARTNERS.reduce((sum, [, weight]) => sum + weight, 0);
const PARTNER_SHARE = 1 - Object.values(FIRST_PARTY).reduce((sum, share) => sum + share);

/** Client ids, each with the sum of its share and all shares before it. */
const CLIENTS = [];
for (const [id, share] of Object.entries(FIRST_PARTY)) addClient(id, share);
for (const [id, weight] of PARTNERS) addClient(id, (PARTNER_SHARE * weight) / PARTNER_WEIGHT);

function addClient(id, share) {
  CLIENTS.push({ id, upTo: (CLIENTS.at(-1)?.upTo ?? 0) + share });
}

/** A client id, chosen by a number from 0 (included) to 1 (excluded). */
export function clientAt(chance) {
  return (CLIENTS.find(({ upTo }) => chance < upTo) ?? CLIENTS.at(-1)).id;
}

/** The number of subjects that own this many sessions. */
export function subjectsOf(sessions) {
  const rest = SLOTS.slice(0, sessions % SLOTS.length);
  return Math.floor(sessions / SLOTS.length) * SESSIONS.length + new Set(rest.map(({ subject }) => subject)).size;
}

/**
 * Distributes sessions over the same number of positions. `at(place)` returns the number of a subject, from 0, and a client where that
 * subject has no other session. The sessions of the first subjects are spread evenly over the table (steps of the golden section leave no gap).
 */
export class Sessions {
  #count;
  #step;
  #seed;

  constructor(count, seed) {
    this.#count = count;
    this.#seed = seed;
    this.#step = Math.round(count * ((Math.sqrt(5) - 1) / 2)) || 1;
    while (commonDivisor(count, this.#step) > 1) this.#step++;
  }

  at(place) {
    const session = (place * this.#step) % this.#count;
    const { subject, ordinal } = SLOTS[session % SLOTS.length];
    const number = Math.floor(session / SLOTS.length) * SESSIONS.length + subject;
    return { subject: number, clientId: this.#clientOf(number, ordinal) };
  }

  #clientOf(subject, ordinal) {
    const clients = new Set();
    for (let draw = 0; clients.size <= ordinal; draw++) clients.add(clientAt(scatter(this.#seed, subject, draw)));
    return [...clients][ordinal];
  }
}

function commonDivisor(a, b) {
  return b === 0 ? a : commonDivisor(b, a % b);
}
