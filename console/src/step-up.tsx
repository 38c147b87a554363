import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState, type ReactElement, type SubmitEvent } from 'react';
import { fieldText } from './field-text.js';
import { currentUser, onStepUp, signIn } from './session.js';
import { useRefusal } from './refusal.js';
import { TEXTS } from './texts.js';

const { account, signIn: S } = TEXTS;
const T = account.stepUp;

/** Asks for the password, and for a code, when the service demands a recent sign-in (RFC 9470). Then the request goes on. */
export function StepUp(): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const resolve = useRef<(isRecent: boolean) => void>(() => undefined);
  useEffect(() => {
    onStepUp(
      () =>
        new Promise((answered) => {
          // The dialog is for one request. An earlier one is refused.
          resolve.current(false);
          resolve.current = answered;
          setOpen(true);
        }),
    );
    return () => {
      onStepUp(undefined);
    };
  }, []);
  const answer = (isRecent: boolean): void => {
    setOpen(false);
    resolve.current(isRecent);
  };
  return isOpen ? <Ask onAnswer={answer} /> : null;
}

function Ask({ onAnswer }: { readonly onAnswer: (isRecent: boolean) => void }): ReactElement {
  const { needsCode, isBusy, failure, attempt } = useRefusal();
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [password, code] = [fieldText(form, 'password'), fieldText(form, 'totp').trim()];
    if (await attempt(() => signIn(currentUser() ?? '', password, code))) onAnswer(true);
  }
  const cancel = (): void => {
    onAnswer(false);
  };
  return (
    <Dialog open onClose={cancel} aria-labelledby="step-up">
      <form onSubmit={(event) => void submit(event)}>
        <DialogTitle id="step-up">{T.title}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 1 }}>
          <Typography>{T.hint}</Typography>
          <TextField
            {...{ name: 'password', label: S.password, id: 'step-up-password', type: 'password' }}
            {...{ autoComplete: 'current-password', required: true, autoFocus: true }}
          />
          {needsCode && (
            <TextField
              {...{ name: 'totp', label: S.code, id: 'step-up-code', autoComplete: 'one-time-code' }}
              {...{ required: true, autoFocus: true }}
            />
          )}
          {failure !== undefined && <p role="alert">{failure}</p>}
        </DialogContent>
        <DialogActions>
          <Button onClick={cancel}>{T.cancel}</Button>
          <Button type="submit" variant="contained" loading={isBusy}>
            {T.button}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
