/** Ratios of requests a second, by scenario and rival, for 1, 16 and 64 clients. */
const RATIOS = {
  'search ÷ baseline': [1.6, 2.5, 2.5],
  'search ÷ afternoon': [1.4, 2.5, 3],
  'get-one ÷ baseline': [1.5, 1.2, 1.2],
  'redeem ÷ baseline': [1.25, 1.3, 1.3],
};
const CLIENTS = [1, 16, 64];

/** What each figure is to be: at least, or at most. */
const AIMS = [
  ...Object.entries(RATIOS).flatMap(([name, aims]) =>
    aims.map((least, n) => ({ key: `${name}, ${CLIENTS[n]}`, name: `${name}, at ${CLIENTS[n]} clients`, least })),
  ),
  { key: 'statements of a sign-in', name: 'statements of a sign-in', most: 4 },
  { key: 'sign-in', name: 'sign-in ÷ baseline, with the usual cost of a password', least: 1.2 },
  { key: 'sign-in without hashing', name: 'sign-in ÷ baseline, without hashing', least: 2.5 },
  { key: 'fresh', name: 'seconds to the first answer in a new folder (embedded)', most: 1.8 },
  { key: 'later', name: 'seconds to the first answer in an existing folder (embedded)', most: 1.1 },
  { key: 'peak', name: 'MB at the peak of a first start (embedded)', most: 400 },
  { key: 'idle', name: 'MB of a later start, idle (embedded)', most: 220 },
  { key: 'replica', name: 'MB of a replica at 64 clients, at most of the scenarios', most: 140 },
  { key: 'command', name: 'seconds of a command that reads one row', most: 0.7 },
];

/**
 * Each aim with what was measured: `reached` has a summary (`median`, `min`, `max`) for each key. A figure that was not measured, because the
 * run was narrowed, is left out.
 */
export function verdicts(reached) {
  return AIMS.flatMap(({ key, name, least, most }) => {
    const found = reached.get(key);
    if (!found) return [];
    const isReached = least === undefined ? found.median <= most : found.median >= least;
    const aim = least === undefined ? `≤ ${most}` : `≥ ${least}`;
    return [{ name, aim, isReached, found: `${short(found.median)} (${short(found.min)}–${short(found.max)})` }];
  });
}

function short(number) {
  return number < 20 ? number.toFixed(2) : String(Math.round(number));
}
