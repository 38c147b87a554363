import Box from '@mui/material/Box';
import { useTheme } from '@mui/material/styles';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { numberText } from './live.js';
import { totalOf, type Line } from './statistics.js';
import { TEXTS } from './texts.js';

const HEIGHT = 200;
const DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4], [12, 4], [1, 4]];
const COLOURS = {
  light: ['#14633b', '#1d5f9e', '#a35200', '#6d3fa0', '#00727f', '#4d5b53'],
  dark: ['#6ee7a8', '#8fc4f5', '#fbbf60', '#c9a6ff', '#6fd6e3', '#a9b7af'],
} as const;
const BAD = { light: '#b3191c', dark: '#ff8f8a' } as const;

export interface ChartProps {
  readonly title: string;
  /** In seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly timeText: (seconds: number) => string;
  readonly axisText: (seconds: number) => string;
}

/** A chart of lines, whose legend has the values at the pointer. */
export default function Chart({ title, times, lines, timeText, axisText }: ChartProps): ReactElement {
  const { mode, text, divider } = useTheme().palette;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const data = [times, ...lines.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const newest = useRef(data);
  const [pointed, setPointed] = useState<number | null>(null);
  const colours = lines.map(({ isBad }, n) => (isBad ? BAD[mode] : (COLOURS[mode][n % 6] ?? BAD[mode])));
  const strokes = colours.join();

  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const axis = { stroke: text.secondary, grid: { stroke: divider, width: 1 }, ticks: { show: false } };
    const made = new uPlot(
      {
        ...{ width: parent.clientWidth || 300, height: HEIGHT, legend: { show: false } },
        cursor: { y: false, points: { size: 8 }, drag: { x: false, y: false } },
        scales: { y: { range: (_plot, _least, most) => [0, Math.max(most * 1.1, 4)] } },
        series: [
          {},
          ...strokes.split(',').map((stroke, n) => ({ stroke, width: 2, dash: DASHES[n % 6], ...fillOf(stroke, n) })),
        ],
        axes: [
          { ...axis, space: 90, values: (_plot, splits) => splits.map(axisText) },
          {
            ...axis,
            size: 56,
            values: (_plot, splits) =>
              splits.map((value) => (value % 1 === 0 ? numberText(value, { notation: 'compact' }) : '')),
          },
        ],
        hooks: {
          setCursor: [
            ({ cursor }) => {
              setPointed(cursor.idx ?? null);
            },
          ],
        },
      },
      newest.current,
      parent,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: parent.clientWidth, height: HEIGHT });
    });
    observer.observe(parent);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [strokes, text.secondary, divider, axisText]);

  useEffect(() => {
    newest.current = data;
    plot.current?.setData(data);
  });

  return (
    <>
      <Legend {...{ lines, colours, pointed, time: pointed === null ? undefined : times[pointed], timeText }} />
      <Box ref={box} role="img" aria-label={title} sx={{ width: '100%', minHeight: HEIGHT, overflow: 'hidden' }} />
    </>
  );
}

function fillOf(stroke: string, n: number): { fill?: string } {
  return n === 0 ? { fill: `${stroke}22` } : {};
}

interface LegendProps extends Pick<ChartProps, 'lines' | 'timeText'> {
  readonly colours: readonly string[];
  readonly pointed: number | null;
  readonly time: number | undefined;
}

function Legend({ lines, colours, pointed, time, timeText }: LegendProps): ReactElement {
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        columnGap: 2,
        rowGap: 0.5,
        fontSize: '0.875rem',
        mb: 1,
        minHeight: '1.5rem',
      }}
    >
      {lines.map((line, n) => (
        <span key={line.label}>
          <svg width="18" height="8" aria-hidden="true">
            <line
              x1="0"
              x2="18"
              y1="4"
              y2="4"
              stroke={colours[n]}
              strokeWidth="3"
              strokeDasharray={DASHES[n % 6]?.join(' ')}
            />
          </svg>{' '}
          {line.label}: <strong>{pointed === null ? summaryOf(line) : numberText(line.values[pointed] ?? 0)}</strong>
        </span>
      ))}
      {time !== undefined && <span>{timeText(time)}</span>}
    </Box>
  );
}

/** Without a pointer, a level is shown as it is now, and counts are added up. */
function summaryOf(line: Line): string {
  if (!line.isLevel) return TEXTS.overview.total(numberText(totalOf(line)));
  return numberText(line.values.findLast((value) => value !== null) ?? 0);
}
