import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useState, type ReactElement, type SubmitEvent } from 'react';
import { Confirm, useNotify } from 'react-admin';
import { fieldText } from '../field-text.js';
import { TEXTS } from '../texts.js';
import { RecoveryCodes } from './recovery-codes.js';
import { Section, useAct, type Act } from './section.js';

const { factor: T } = TEXTS.account;

interface Enrolment {
  readonly Secret: string;
  readonly QrCode: string;
  readonly Ticket: string;
}
interface Codes {
  readonly RecoveryCodes: readonly string[];
}
/** The acts that need a confirmation. */
const ACTS = {
  remove: { label: T.remove, title: T.removeTitle, content: T.removeText },
  renew: { label: T.renew, title: T.renewTitle, content: T.renewText },
} as const;

interface Factor {
  readonly isOn: boolean;
  readonly codesLeft: number;
}

/** The second factor of the user: codes of an app, and recovery codes. */
export function SecondFactor({ isOn, codesLeft }: Factor): ReactElement {
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [asked, setAsked] = useState<keyof typeof ACTS>();
  const [act, notify] = [useAct(), useNotify()];

  const begin = async (): Promise<void> => {
    setEnrolment(await act.run<Enrolment>('totp', 'POST'));
  };
  async function carryOut(what: keyof typeof ACTS): Promise<void> {
    setAsked(undefined);
    const done = await (what === 'renew' ? act.run<Codes>('recoverycodes', 'POST') : act.run<Codes>('totp', 'DELETE'));
    if (done && what === 'renew') setCodes(done.RecoveryCodes);
    else if (done) notify(T.removed, { type: 'success' });
  }

  return (
    <Section title={T.title} hint={isOn ? `${T.on} ${T.left(codesLeft)}` : T.off}>
      {enrolment ? (
        <Enrol
          enrolment={enrolment}
          onEnd={(made) => {
            setEnrolment(undefined);
            setCodes(made);
          }}
        />
      ) : (
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          <Button variant={isOn ? 'outlined' : 'contained'} loading={act.isBusy} onClick={() => void begin()}>
            {isOn ? T.replace : T.begin}
          </Button>
          {isOn &&
            (['renew', 'remove'] as const).map((what) => (
              <Button
                {...{ key: what, variant: 'outlined', color: what === 'remove' ? 'error' : 'primary' }}
                onClick={() => {
                  setAsked(what);
                }}
              >
                {ACTS[what].label}
              </Button>
            ))}
        </Box>
      )}
      <Confirm
        {...{ isOpen: asked !== undefined, confirmColor: 'warning', ...ACTS[asked ?? 'renew'] }}
        confirm={ACTS[asked ?? 'renew'].label}
        onConfirm={() => void (asked && carryOut(asked))}
        onClose={() => {
          setAsked(undefined);
        }}
      />
      {codes && (
        <RecoveryCodes
          codes={codes}
          onClose={() => {
            setCodes(undefined);
          }}
        />
      )}
    </Section>
  );
}

interface EnrolProps {
  readonly enrolment: Enrolment;
  /** The enrolment has ended: with recovery codes, or without. */
  readonly onEnd: (codes?: readonly string[]) => void;
}

/** Shows the secret, and asks for a code of it: nothing changes until the app works. */
function Enrol({ enrolment: { Secret: secret, QrCode: picture, Ticket: ticket }, onEnd }: EnrolProps): ReactElement {
  const { isBusy, errors, run }: Act = useAct();
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const code = fieldText(new FormData(event.currentTarget), 'code').trim();
    const done = await run<Codes>('totp', 'PUT', { Ticket: ticket, Totp: code });
    if (done) onEnd(done.RecoveryCodes);
  }
  const fault = errors.Totp ?? errors.Ticket;
  return (
    <Box component="form" onSubmit={(event) => void submit(event)} sx={{ display: 'grid', gap: 2 }}>
      <Typography>{T.scan}</Typography>
      {/* The service made this picture; the content security policy allows no script in it. */}
      <Box role="img" aria-label={T.picture} dangerouslySetInnerHTML={{ __html: picture }} sx={{ width: 220 }} />
      <Typography>
        {T.secret} <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </Typography>
      <TextField
        {...{ name: 'code', label: T.code, id: 'factor-code', required: true, autoFocus: true }}
        {...{ autoComplete: 'one-time-code', sx: { maxWidth: '24rem' } }}
        {...(fault !== undefined && { error: true, helperText: fault })}
        slotProps={{ htmlInput: { inputMode: 'numeric' } }}
      />
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Button type="submit" variant="contained" loading={isBusy}>
          {T.confirm}
        </Button>
        <Button
          onClick={() => {
            onEnd();
          }}
        >
          {T.cancel}
        </Button>
      </Box>
    </Box>
  );
}
