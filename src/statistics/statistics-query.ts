import { failedMember } from '../kernel/validation-error.js';
import { readSearchDate, SEARCH_DATE_FAULT } from '../resource/search-dates.js';

/** The lengths of intervals. */
export const LENGTHS = ['hour', 'day'] as const;

/** The parameters of a request for statistics. */
export interface StatisticsQuery {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly by: (typeof LENGTHS)[number];
}

/** Reads the parameters. An empty parameter counts as absent. @throws ValidationError for a bad one */
export function readStatisticsQuery({ from, to, by }: Record<string, unknown>): StatisticsQuery {
  return { from: readDate('from', from, 'first'), to: readDate('to', to, 'last'), by: readLength(by) };
}

function readDate(name: string, sent: unknown, side: 'first' | 'last'): Date | undefined {
  if (sent === undefined || sent === '') return undefined;
  const named = typeof sent === 'string' ? readSearchDate(sent) : undefined;
  if (!named) throw failedMember(name, sent, SEARCH_DATE_FAULT);
  return named[side];
}

function readLength(sent: unknown): StatisticsQuery['by'] {
  if (sent === undefined || sent === '') return 'hour';
  const length = LENGTHS.find((each) => each === sent);
  if (!length) throw failedMember('by', sent, `must be ${LENGTHS.join(' or ')}`);
  return length;
}
