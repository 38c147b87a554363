import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import type { ReactElement } from 'react';
import { HeadRow } from '../head-row.js';
import { TEXTS } from '../texts.js';
import { Time } from '../time.js';
import { Pending, Section, useAccount } from './section.js';

const { signIns: T } = TEXTS.account;
const REASONS: Readonly<Record<string, string>> = T.reasons;

interface SignIn {
  readonly CreatedOn: string;
  readonly WasSuccessful: boolean;
  readonly Reason: string | null;
  readonly ClientId: string | null;
  readonly Address: string | null;
  readonly Device: string | null;
}

/** The last sign-ins of the user, and the attempts that were refused. */
export function SignIns(): ReactElement {
  const signIns = useAccount<readonly SignIn[]>('signins');
  const { data } = signIns;
  return (
    <Section title={T.title} hint={T.hint}>
      {!data && <Pending of={signIns} />}
      {data?.length === 0 && <Typography>{T.empty}</Typography>}
      {data && data.length > 0 && (
        // A part that scrolls must be reachable by the keyboard.
        <TableContainer tabIndex={0}>
          <Table size="small" aria-label={T.title}>
            <HeadRow of={Object.values(T.columns)} />
            <TableBody>
              {data.map((signIn, n) => (
                <SignInRow key={n} {...signIn} />
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </Section>
  );
}

function SignInRow({ CreatedOn: time, WasSuccessful: isSuccess, Reason: reason, ...rest }: SignIn): ReactElement {
  const why = reason === null ? '' : (REASONS[reason] ?? reason);
  return (
    <TableRow>
      <TableCell>
        <Time of={time} />
      </TableCell>
      <TableCell>
        <Chip
          {...{ size: 'small', variant: 'outlined', color: isSuccess ? 'success' : 'warning' }}
          label={isSuccess ? T.success : `${T.refused}: ${why}`}
        />
      </TableCell>
      {[rest.Device, rest.Address, rest.ClientId].map((text, n) => (
        <TableCell key={n}>{text ?? TEXTS.none}</TableCell>
      ))}
    </TableRow>
  );
}
