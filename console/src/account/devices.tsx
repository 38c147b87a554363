import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useState, type ReactElement } from 'react';
import { Confirm, useNotify } from 'react-admin';
import { signOut } from '../session.js';
import { TEXTS } from '../texts.js';
import { Time } from '../time.js';
import { Pending, Section, useAccount, useAct } from './section.js';

const { devices: T } = TEXTS.account;

interface OwnSession {
  readonly UniqueId: string;
  readonly ClientId: string;
  readonly Current: boolean;
  readonly DeviceName: string | null;
  readonly Device: string | null;
  readonly FirstAddress: string | null;
  readonly LastAddress: string | null;
  readonly SignedInOn: string;
  readonly LastUsedOn: string;
}

/** What the user wants to end: all sessions, all others, or one. */
type Ending = 'all' | 'others' | OwnSession;

/** The sessions of the user, with buttons that end them. */
export function Devices(): ReactElement {
  const sessions = useAccount<readonly OwnSession[]>('sessions');
  const [ending, setEnding] = useState<Ending>();
  const [{ isBusy, run }, notify] = [useAct(), useNotify()];
  const { data } = sessions;

  async function end(what: Ending): Promise<void> {
    const path = typeof what === 'object' ? `sessions/${what.UniqueId}` : `sessions?all=${what === 'all'}`;
    const done = await run<{ readonly Ended: number }>(path, 'DELETE');
    setEnding(undefined);
    if (!done) return;
    notify(T.ended(done.Ended), { type: 'success' });
    if (what === 'all' || (typeof what === 'object' && what.Current)) await signOut();
  }

  return (
    <Section title={T.title} hint={T.hint}>
      {data ? (
        <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {data.map((session) => (
            <Device
              key={session.UniqueId}
              session={session}
              onEnd={() => {
                setEnding(session);
              }}
            />
          ))}
        </Box>
      ) : (
        <Pending of={sessions} />
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        {(['others', 'all'] as const).map((what) => (
          <Button
            {...{ key: what, variant: 'outlined', color: 'error' }}
            disabled={what === 'others' && (data?.length ?? 0) < 2}
            onClick={() => {
              setEnding(what);
            }}
          >
            {what === 'all' ? T.endAll : T.endOthers}
          </Button>
        ))}
      </Box>
      <Confirm
        {...{ isOpen: ending !== undefined, loading: isBusy, confirmColor: 'warning', confirm: T.end }}
        title={T.confirm[typeof ending === 'object' ? 'one' : (ending ?? 'one')]}
        content={T.confirmText}
        onConfirm={() => void (ending && end(ending))}
        onClose={() => {
          setEnding(undefined);
        }}
      />
    </Section>
  );
}

interface DeviceProps {
  readonly session: OwnSession;
  readonly onEnd: () => void;
}

function Device({ session, onEnd }: DeviceProps): ReactElement {
  const name = session.DeviceName ?? session.Device ?? T.unknown;
  const facts = [session.DeviceName ? session.Device : null, session.ClientId, addresses(session)];
  return (
    <Box component="li" sx={ROW}>
      <Box>
        <Typography component="h3" sx={{ fontWeight: 600 }}>
          {name} {session.Current && <Chip size="small" color="success" variant="outlined" label={T.current} />}
        </Typography>
        <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
          {facts.filter((fact) => fact !== null).join(' · ')}
        </Typography>
        <Typography variant="body2" color="textSecondary">
          {T.lastUsed} <Time of={session.LastUsedOn} /> · {T.signedIn} <Time of={session.SignedInOn} />
        </Typography>
      </Box>
      <Button color="error" aria-label={T.endOne(name)} onClick={onEnd}>
        {T.end}
      </Button>
    </Box>
  );
}

const ROW = {
  ...{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: 2, py: 1.5 },
  ...{ borderTop: 1, borderColor: 'divider' },
};

function addresses({ FirstAddress: first, LastAddress: last }: OwnSession): string | null {
  return first !== null && last !== null && first !== last ? `${first} → ${last}` : (last ?? first);
}
