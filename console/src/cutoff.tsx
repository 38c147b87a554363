import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useRef, useState, type ReactElement, type RefObject, type SubmitEvent } from 'react';
import { useNotify, useRefresh } from 'react-admin';
import { useService } from './access.js';
import { call } from './api.js';
import { fieldText, instantOf } from './field-text.js';
import { SESSIONS } from './resources.js';
import { TextButton } from './text-button.js';
import { TEXTS } from './texts.js';

const { cutoff: T } = TEXTS;
const COMMAND = 'END_SESSIONS';
const FIELDS = [
  { name: 'Subject', label: T.user, type: 'text' },
  { name: 'ClientId', label: T.client, type: 'text' },
  { name: 'IssuedBefore', label: T.before, type: 'datetime-local' },
] as const;

/** What the command returns: how many sessions it ended, or would end. */
interface Ended {
  readonly Ended: number;
  readonly IsEstimated: boolean;
}

interface CutoffProps {
  readonly label: string;
  /** The user whose sessions are to be ended, if the page is about one. */
  readonly user?: string;
}

/** Ends many sessions together, after they were counted. It is not shown to users who may not run the command. */
export function Cutoff({ label, user = '' }: CutoffProps): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const { resources, access } = useService();
  const resource = resources.find(({ key }) => key === SESSIONS);
  if (!resource || !access.may(resource, 'run')) return null;
  return (
    <>
      <TextButton
        {...{ label, color: 'error', variant: 'outlined' }}
        onClick={() => {
          setOpen(true);
        }}
      />
      {isOpen && (
        <CutoffDialog
          {...{ path: `${resource.path}/runcommand`, user }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly path: string;
  readonly user: string;
  readonly onClose: () => void;
}

function CutoffDialog({ path, user, onClose }: DialogProps): ReactElement {
  const form = useRef<HTMLFormElement>(null);
  const [count, setCount] = useState<number>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ readonly message: string; readonly errors: Record<string, string> }>();
  const [notify, refresh] = [useNotify(), useRefresh()];

  /** Counts the sessions, or ends them. Resolves to undefined if that failed: what was typed stays. */
  async function run(isDry: boolean): Promise<Ended | undefined> {
    setBusy(true);
    setFailure(undefined);
    try {
      const body = { Key: COMMAND, Parameters: parametersOf(new FormData(form.current ?? undefined), isDry) };
      return (await call<{ readonly Value: Ended }>(path, 'POST', body)).body.Value;
    } catch (error) {
      const { message, body } = error as Error & { body?: { errors?: Record<string, string> } };
      setFailure({ message, errors: body?.errors ?? {} });
      setCount(undefined);
      return undefined;
    } finally {
      setBusy(false);
    }
  }
  const isOfUser = user !== '';
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (!count) setCount((await run(true))?.Ended);
    else {
      const done = await run(false);
      if (!done) return;
      notify((done.IsEstimated ? T.estimated : T.ended)(done.Ended), { type: 'success' });
      refresh();
      onClose();
    }
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="cutoff">
      <form
        ref={form}
        onSubmit={(event) => void submit(event)}
        // Other sessions than those that were counted must not end.
        onInput={() => {
          setCount(undefined);
        }}
      >
        <DialogTitle id="cutoff">{T.title}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 1 }}>
          <Typography>{T.hint}</Typography>
          {FIELDS.map(({ name, label, type }) => (
            <TextField
              {...{ key: name, name, label, type, id: `cutoff-${name}`, defaultValue: name === 'Subject' ? user : '' }}
              {...(failure?.errors[name] !== undefined && { error: true, helperText: failure.errors[name] })}
              slotProps={{ inputLabel: { shrink: true } }}
            />
          ))}
          {!isOfUser && (
            <label>
              <input type="checkbox" name="Everybody" /> {T.everybody}
            </label>
          )}
          {isOfUser && <CountNow form={form} />}
          {failure && <Alert severity="error">{failure.message}</Alert>}
          {count !== undefined && (
            <Alert severity={count > 0 ? 'warning' : 'info'}>{count > 0 ? T.counted(count) : T.none}</Alert>
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{TEXTS.commands.cancel}</Button>
          <Button type="submit" variant="contained" color={count ? 'error' : 'primary'} loading={isBusy}>
            {count ? T.end(count) : T.count}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Counts as soon as the form is there: the page has already said whose sessions. */
function CountNow({ form }: { readonly form: RefObject<HTMLFormElement | null> }): null {
  useEffect(() => {
    form.current?.requestSubmit();
  }, [form]);
  return null;
}

function parametersOf(form: FormData, isDry: boolean): { readonly Name: string; readonly Value: unknown }[] {
  const given = FIELDS.map(({ name, type }) => {
    const text = fieldText(form, name).trim();
    return { Name: name, Value: type === 'datetime-local' && text !== '' ? instantOf(text) : text };
  }).filter(({ Value }) => Value !== '');
  const flags = [...(form.has('Everybody') ? ['Everybody'] : []), ...(isDry ? ['DryRun'] : [])];
  return [...given, ...flags.map((name) => ({ Name: name, Value: true }))];
}
