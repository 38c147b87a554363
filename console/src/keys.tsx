import Chip from '@mui/material/Chip';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import type { ReactElement } from 'react';
import { useService } from './access.js';
import { ConfirmedAct } from './confirmed.js';
import { ROUTES } from './live.js';
import { LiveTable } from './live-table.js';
import { TEXTS } from './texts.js';
import { Time } from './time.js';

const { keys: T } = TEXTS;
const COLOURS = { announced: 'info', signs: 'success', verifies: 'default' } as const;

interface Key {
  readonly Kid: string;
  readonly State: keyof typeof COLOURS;
  readonly SignsFrom: string;
  readonly CreatedOn: string;
}

/** The signing keys, and their rotation. */
export function Keys(): ReactElement {
  const { access } = useService();
  return (
    <LiveTable<Key>
      {...{ title: T.title, hint: T.hint, route: ROUTES.keys, columns: Object.values(T.columns) }}
      actions={access.mayCall(ROUTES.rotate, 'post') && <Rotations />}
    >
      {({ Kid: kid, State: state, SignsFrom: from, CreatedOn: created }) => (
        <TableRow key={kid} hover>
          <TableCell component="th" scope="row" sx={{ fontFamily: 'monospace', overflowWrap: 'anywhere' }}>
            {kid}
          </TableCell>
          <TableCell>
            <Chip size="small" variant="outlined" color={COLOURS[state]} label={T.states[state]} />
          </TableCell>
          <TableCell>
            <Time of={from} />
          </TableCell>
          <TableCell>
            <Time of={created} />
          </TableCell>
        </TableRow>
      )}
    </LiveTable>
  );
}

function Rotations(): ReactElement {
  const common = { path: ROUTES.rotate, done: ({ Kid: kid }: Record<string, unknown>) => T.done(String(kid)) };
  return (
    <>
      <ConfirmedAct {...{ ...common, label: T.rotate, title: T.rotateTitle, content: T.rotateText }} />
      <ConfirmedAct
        {...{ ...common, label: T.now, title: T.nowTitle, content: T.nowText, body: { SignsImmediately: true } }}
        isDangerous
      />
    </>
  );
}
