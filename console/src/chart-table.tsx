import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import type { ReactElement } from 'react';
import type { ChartProps } from './chart.js';
import { numberText } from './live.js';
import { TEXTS } from './texts.js';

const { overview: T } = TEXTS;

/** The numbers of a chart for keyboards and screen readers, the newest first. */
export function ChartTable({ title, times, lines, timeText }: Omit<ChartProps, 'axisText'>): ReactElement {
  const rows = times.map((time, n) => ({ time, values: lines.map(({ values }) => values[n] ?? null) })).reverse();
  return (
    <details>
      <summary>{T.asTable}</summary>
      <Box role="region" aria-label={T.tableOf(title)} tabIndex={0} sx={{ maxHeight: '20rem', overflow: 'auto' }}>
        <Table size="small" aria-label={T.tableOf(title)} stickyHeader>
          <TableHead>
            <TableRow>
              <TableCell>{T.time}</TableCell>
              {lines.map(({ label }) => (
                <TableCell key={label} align="right">
                  {label}
                </TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map(({ time, values }) => (
              <TableRow key={time}>
                <TableCell component="th" scope="row">
                  {timeText(time)}
                </TableCell>
                {values.map((value, n) => (
                  <TableCell key={lines[n]?.label} align="right">
                    {value === null ? TEXTS.none : numberText(value)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
    </details>
  );
}
