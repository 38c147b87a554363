import { parseDateTime } from '../kernel/date-time.js';

/** What is said of a parameter that is no date. */
export const SEARCH_DATE_FAULT =
  'must be an existing date, or date and time, such as 2030-01-31 or 2030-01-31T12:00:00Z';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const LAST_SECOND_OF_DAY_MS = 86_399_000;
const LAST_SECOND_OF_MINUTE_MS = 59_000;

/** What a client named: a day, a minute or a second, by its first and its last second. */
interface NamedTime {
  readonly first: Date;
  readonly last: Date;
}

/**
 * Reads a date of a search (contract 1.2): what a body takes, and a date alone, which is its day in UTC. A blank may stand for the `T`.
 * A `+` before an offset that was not percent-encoded has arrived as a blank too, and is read as the `+`.
 * Undefined for anything else.
 */
export function readSearchDate(text: string): NamedTime | undefined {
  if (DATE.test(text)) return named(parseDateTime(`${text}T00:00Z`)?.instant, LAST_SECOND_OF_DAY_MS);
  const dateTime = text.replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T').replace(/ (\d{2}(:?\d{2})?)$/, '+$1');
  const parsed = parseDateTime(dateTime);
  return named(parsed?.instant, parsed?.toTheMinute ? LAST_SECOND_OF_MINUTE_MS : 0);
}

function named(first: Date | undefined, length: number): NamedTime | undefined {
  return first && { first, last: new Date(first.getTime() + length) };
}
