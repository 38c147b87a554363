import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactElement } from 'react';
import { Title } from 'react-admin';
import { TEXTS } from '../texts.js';
import { Time } from '../time.js';
import { Devices } from './devices.js';
import { Password } from './password.js';
import { SecondFactor } from './second-factor.js';
import { Pending, useAccount } from './section.js';
import { SignIns } from './sign-ins.js';

const { summary: T } = TEXTS.account;

interface Account {
  readonly Email: string;
  readonly IsAdministrator: boolean;
  readonly Roles: readonly string[];
  readonly HasSecondFactor: boolean;
  readonly RecoveryCodesLeft: number;
  readonly CreatedOn: string;
}

/** The own account of the signed-in user. It needs no role. */
export function AccountPage(): ReactElement {
  const account = useAccount<Account>('');
  const { data } = account;
  return (
    <Box sx={{ maxWidth: '60rem', py: 2, display: 'grid', gap: 2 }}>
      <Title title={TEXTS.account.title} />
      {data ? (
        <>
          <Box>
            <Typography variant="h1">{data.Email}</Typography>
            <Typography color="textSecondary">
              {T.roles}: {rolesText(data)} · {T.since} <Time of={data.CreatedOn} />
            </Typography>
          </Box>
          <Devices />
          <SecondFactor isOn={data.HasSecondFactor} codesLeft={data.RecoveryCodesLeft} />
          <Password user={data.Email} />
          <SignIns />
        </>
      ) : (
        <Pending of={account} />
      )}
    </Box>
  );
}

function rolesText({ IsAdministrator: isAdministrator, Roles: roles }: Account): string {
  if (isAdministrator) return T.administrator;
  return roles.length > 0 ? roles.join(', ') : T.noRoles;
}
