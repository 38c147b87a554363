import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { failedMember } from '../kernel/validation-error.js';
import { EventCountsRepository, type EventCount } from './event-counts.repository.js';
import type { StatisticsQuery } from './statistics-query.js';
import type { EventSeries, StatisticsView } from './statistics-view.js';

/** A month of hours, or almost three years. */
const MOST_INTERVALS = 1_000;
/** A request counts the newest events itself, up to this number: those of some minutes. PostgreSQL takes 50 ms for as many. */
const TAIL = 20_000;

/** Counts events over time. */
@Injectable()
export class StatisticsService {
  constructor(private readonly events: EventCountsRepository) {}

  /** The counts of a period. @throws ValidationError when the period is empty or too long */
  async read({ from, to, by }: StatisticsQuery): Promise<StatisticsView> {
    const intervals = await this.events.intervals({ from, to, by, limit: MOST_INTERVALS + 1 });
    const [first, last] = [intervals[0], intervals.at(-1)];
    const sent = from && formatDateTime(from);
    if (!first || !last) throw failedMember('from', sent, 'must be before now, and before `to`');
    if (intervals.length > MOST_INTERVALS)
      throw failedMember('from', sent, `must be at most ${MOST_INTERVALS} intervals before \`to\``);
    const counts = await this.events.counts({ from: first.begin, to: last.end, by, tail: TAIL });
    return {
      By: by,
      Times: intervals.map(({ begin }) => formatDateTime(begin)),
      LiveSessions: intervals.map(({ sessions }) => sessions),
      Series: seriesOf(
        counts,
        intervals.map(({ begin }) => begin.getTime()),
      ),
      IsComplete: !counts.some(({ isBehind }) => isBehind),
    };
  }
}

/** The counts are in the order of kind and reason. */
function seriesOf(counts: readonly EventCount[], times: readonly number[]): EventSeries[] {
  const ordinals = new Map(times.map((time, n) => [time, n]));
  const series = new Map<string, EventSeries & { readonly Counts: number[] }>();
  for (const { begin, kind, reason, count } of counts) {
    const key = `${kind} ${reason}`;
    const one = series.get(key) ?? { Kind: kind, Reason: reason || null, Counts: times.map(() => 0) };
    one.Counts[ordinals.get(begin.getTime()) ?? -1] = count;
    series.set(key, one);
  }
  return [...series.values()];
}
