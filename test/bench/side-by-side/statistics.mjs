/** The median, least and greatest of numbers: `{ median, min, max }`; undefined without numbers. */
export function summary(numbers) {
  const known = numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  const middle = known.length / 2;
  const median = (known[Math.ceil(middle - 1)] + known[Math.floor(middle)]) / 2;
  return { median, min: known[0], max: known.at(-1) };
}

/** A summary of each member of the rounds. */
export function summaries(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, summary(rounds.map((round) => round[key]))]));
}

/** How many times as many requests the first answered as the second, round by round. Other work of the machine slows down both in the same round. */
export function ratio(rounds, others) {
  return summary(rounds.map(({ perSecond }, round) => perSecond / others[round].perSecond));
}
