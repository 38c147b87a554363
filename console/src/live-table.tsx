import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableContainer from '@mui/material/TableContainer';
import Typography from '@mui/material/Typography';
import type { ReactElement, ReactNode } from 'react';
import { Loading, Title } from 'react-admin';
import { useService } from './access.js';
import { HeadRow } from './head-row.js';
import { useLive } from './live.js';
import { TEXTS } from './texts.js';

interface TableProps<T> {
  readonly title: string;
  readonly hint: string;
  readonly route: string;
  readonly columns: readonly string[];
  readonly actions?: ReactNode;
  readonly children: (row: T) => ReactElement;
}

/** A page with what a route lists, read again every few seconds. */
export function LiveTable<T>({ title, hint, route, columns, actions, children }: TableProps<T>): ReactElement {
  const { access } = useService();
  const { data, error } = useLive<readonly T[]>(route);
  if (!access.mayCall(route)) return <Alert severity="info">{TEXTS.failures.denied}</Alert>;
  return (
    <Box sx={{ maxWidth: '80rem', py: 2, display: 'grid', gap: 2 }}>
      <Title title={title} />
      <Typography color="textSecondary">{hint}</Typography>
      {actions && <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>{actions}</Box>}
      {error && <Alert severity="error">{error.message}</Alert>}
      {data ? (
        <Card>
          <TableContainer tabIndex={0} role="region" aria-label={title}>
            <Table size="small" aria-label={title} sx={{ '& .MuiTableCell-root': { px: 1.25 } }}>
              <HeadRow of={columns} />
              <TableBody>{data.map(children)}</TableBody>
            </Table>
          </TableContainer>
        </Card>
      ) : (
        !error && <Loading />
      )}
    </Box>
  );
}
