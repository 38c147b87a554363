import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useMemo, useState, type ReactElement } from 'react';
import { Loading, Title } from 'react-admin';
import { ChartTable } from './chart-table.js';
import { ROUTES, useLive } from './live.js';
import { BrokenSeal, type State } from './seal.js';
import { chartsOf, isEmpty, type ChartData, type Statistics } from './statistics.js';
import { TEXTS } from './texts.js';
import { Tiles } from './tiles.js';

const { overview: T } = TEXTS;
const Chart = lazy(() => import('./chart.js'));
const HOUR_MS = 3_600_000;
const PERIODS = {
  day: { by: 'hour', hours: 23 },
  week: { by: 'hour', hours: 167 },
  month: { by: 'day', hours: 29 * 24 },
} as const;
type Period = keyof typeof PERIODS;

/** The first page of those who may see it: what happens now, and what happened. */
export function Overview(): ReactElement {
  const [period, setPeriod] = useState<Period>('day');
  const { data, error } = useLive<Statistics>(ROUTES.statistics, period, () => queryOf(period));
  return (
    <Box sx={{ maxWidth: '80rem', py: 2, display: 'grid', gap: 2 }}>
      <Title title={T.title} />
      <Typography color="textSecondary">{T.hint}</Typography>
      <BrokenSeal />
      <Tiles />
      <Box role="group" aria-label={T.period} sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
        {(Object.keys(PERIODS) as Period[]).map((each) => (
          <Button
            {...{ key: each, size: 'small', variant: each === period ? 'contained' : 'outlined' }}
            aria-pressed={each === period}
            onClick={() => {
              setPeriod(each);
            }}
          >
            {T.periods[each]}
          </Button>
        ))}
      </Box>
      {error && <Alert severity="error">{`${error.message} ${T.failed}`}</Alert>}
      {data && !data.IsComplete && <Alert severity="info">{T.behind}</Alert>}
      {data ? <Charts statistics={data} /> : !error && <Loading />}
    </Box>
  );
}

/** The service begins with the hour or day of `from`. */
function queryOf(period: Period): string {
  const { by, hours } = PERIODS[period];
  return `?by=${by}&from=${new Date(Date.now() - hours * HOUR_MS).toISOString().slice(0, 19)}Z`;
}

function Charts({ statistics }: { readonly statistics: Statistics }): ReactElement {
  const { By: by, Times: texts } = statistics;
  const { data: state } = useLive<State>(ROUTES.state);
  const times = texts.map((text) => Date.parse(text) / 1000);
  const isLong = times.length > 24;
  const timeText = useMemo(() => textOfTimes(by, isLong), [by, isLong]);
  const axisText = useMemo(() => textOfTimes(isLong ? 'day' : by, isLong, by), [by, isLong]);
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' } }}>
      {chartsOf(statistics, state?.LiveSessions).map((chart) => (
        <ChartCard {...{ key: chart.key, chart, times, timeText, axisText }} />
      ))}
    </Box>
  );
}

interface CardProps {
  readonly chart: ChartData;
  readonly times: readonly number[];
  readonly timeText: (seconds: number) => string;
  /** The same, shorter. */
  readonly axisText: (seconds: number) => string;
}

function ChartCard({ chart, times, timeText, axisText }: CardProps): ReactElement {
  const { title, lines, isWide } = chart;
  return (
    <Card component="section" aria-label={title} sx={{ minWidth: 0, ...(isWide && { gridColumn: '1 / -1' }) }}>
      <CardContent>
        <Typography variant="h6" component="h2">
          {title}
        </Typography>
        {isEmpty(chart) ? (
          <Typography color="textSecondary" sx={{ py: 4, minHeight: 120 }}>
            {T.empty}
          </Typography>
        ) : (
          <>
            <Suspense fallback={<Box sx={{ minHeight: 232 }} />}>
              <Chart {...{ title, times, lines, timeText, axisText }} />
            </Suspense>
            <ChartTable {...{ title, times, lines, timeText }} />
          </>
        )}
      </CardContent>
    </Card>
  );
}

/** Days are days of UTC. Hours are shown in the reader's zone, with the day if there is more than one. */
function textOfTimes(by: Statistics['By'], isLong: boolean, counted = by): (seconds: number) => string {
  const day = { month: 'short', day: 'numeric' } as const;
  const hour = { hour: '2-digit', minute: '2-digit' } as const;
  const zone = counted === 'day' ? { timeZone: 'UTC' } : {};
  const format = new Intl.DateTimeFormat(
    undefined,
    by === 'day' ? { ...day, ...zone } : { ...(isLong && day), ...hour },
  );
  return (seconds) => format.format(new Date(seconds * 1000));
}
