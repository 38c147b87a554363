import { TEXTS } from './texts.js';

const { overview: T } = TEXTS;
/** Nobody can distinguish more lines. The others are one line. */
const MOST_LINES = 6;

export interface Statistics {
  readonly By: 'hour' | 'day';
  readonly Times: readonly string[];
  readonly LiveSessions: readonly (number | null)[];
  readonly Series: readonly Series[];
  readonly IsComplete: boolean;
}

interface Series {
  readonly Kind: string;
  readonly Reason: string | null;
  readonly Counts: readonly number[];
}

/** A line of a chart, with a value for each time. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Whether the line stands for something that may be an attack. */
  readonly isBad?: boolean;
  /** Whether the values are levels, such as a temperature, which are not added up. */
  readonly isLevel?: boolean;
}

export interface ChartData {
  readonly key: string;
  readonly title: string;
  readonly isWide?: boolean;
  readonly lines: readonly Line[];
}

/** The charts of the overview. `now` is the number of live sessions at this moment, if it is known. */
export function chartsOf({ Series: series, LiveSessions: noted }: Statistics, now: number | undefined): ChartData[] {
  const live = [...noted.slice(0, -1), now ?? noted.at(-1) ?? null];
  const { charts } = T;
  const of = (kind: string, label: string, isBad = false): Line => ({
    ...{ label, isBad },
    values: sum(
      series.filter(({ Kind }) => Kind === kind),
      live.length,
    ),
  });
  const { lines: signIns } = charts.signIns;
  const { lines: refreshes } = charts.refreshes;
  return [
    {
      key: 'live',
      title: charts.live.title,
      isWide: true,
      lines: [{ label: charts.live.lines.live, values: live, isLevel: true }],
    },
    {
      ...{ key: 'signIns', title: charts.signIns.title },
      lines: [of('login', signIns.login), of('login-failed', signIns.failed, true)],
    },
    {
      ...{ key: 'refreshes', title: charts.refreshes.title },
      lines: [
        of('refreshed', refreshes.refreshed),
        of('refresh-retried', refreshes.retried),
        of('refreshed-elsewhere', refreshes.elsewhere),
      ],
    },
    { ...charts.refusals, key: 'refusals', lines: byReason(series, live.length, 'refresh-refused', 'login-failed') },
    { ...charts.ends, key: 'ends', lines: byReason(series, live.length, 'session-ended') },
  ];
}

/** Whether a chart has something to show. */
export function isEmpty({ lines }: ChartData): boolean {
  return lines.every(({ values }) => values.every((value) => !value));
}

export function totalOf({ values }: Line): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** A line for each of the commonest reasons, and for replays in any case. */
function byReason(all: readonly Series[], length: number, ...kinds: string[]): Line[] {
  const reasons = new Map<string, Series[]>();
  for (const series of all.filter(({ Kind }) => kinds.includes(Kind)))
    reasons.set(series.Reason ?? 'other', [...(reasons.get(series.Reason ?? 'other') ?? []), series]);
  const lines = [...reasons].map(([reason, series]) => ({
    ...{ label: T.reasons[reason] ?? sentenceOf(reason), isBad: reason === 'replayed' },
    values: sum(series, length),
  }));
  lines.sort((one, other) => Number(other.isBad) - Number(one.isBad) || totalOf(other) - totalOf(one));
  if (lines.length <= MOST_LINES) return lines;
  const [first, rest] = [lines.slice(0, MOST_LINES - 1), lines.slice(MOST_LINES - 1)];
  const counts = rest.map(({ values }) => ({ Counts: values }));
  return [...first, { label: T.other, values: sum(counts, length) }];
}

function sum(series: readonly { readonly Counts: readonly number[] }[], length: number): number[] {
  return Array.from({ length }, (_, n) => series.reduce((total, { Counts }) => total + (Counts[n] ?? 0), 0));
}

/** A reason that the console does not know, such as one of a team. */
function sentenceOf(reason: string): string {
  return (reason.charAt(0).toUpperCase() + reason.slice(1)).replaceAll('-', ' ');
}
