import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent, type ReactElement } from 'react';
import { useNotify, useRecordContext, useRefresh, useResourceContext, useUnselectAll } from 'react-admin';
import { useService } from './access.js';
import { call } from './api.js';
import { fieldText, instantOf } from './field-text.js';
import { TextButton } from './text-button.js';
import { TEXTS } from './texts.js';

/** A command as the API lists it (contract 1.7). */
interface Command {
  readonly Key: string;
  readonly Name: string;
  readonly AppliesOnlyToMultipleEntities: boolean;
  readonly AppliesOnlyToTwoEntities: boolean;
  readonly AppliesOnlyToOneEntity: boolean;
  readonly NeedsEntitiesToRun: boolean;
  readonly DisplayInDropdown: boolean;
  readonly RequiresParameters: readonly { readonly Name: string; readonly Type: string }[];
}

interface Place {
  readonly of: 'resource' | 'selection' | 'record';
  /** The records that are selected. */
  readonly selected?: readonly number[];
}

/** The buttons of the commands that fit here: on the whole resource, on the selected records, or on the record of the page. */
export function CommandButtons({ of, selected = [] }: Place): ReactElement | null {
  const key = useResourceContext();
  const { resources, access } = useService();
  const resource = resources.find((found) => found.key === key);
  const record = useRecordContext();
  const mayRun = access.may(resource, 'run') && access.may(resource, 'commands');
  const { data: commands = [] } = useQuery({
    queryKey: ['commands', key],
    enabled: mayRun,
    staleTime: Infinity,
    queryFn: async () => (await call<readonly Command[]>(`${resource?.path}/commands`)).body,
  });
  const ids = of === 'resource' ? [] : of === 'record' ? [record?.id as number] : selected;
  if (!resource || !mayRun || (of === 'record' && !record)) return null;
  return (
    <>
      {commands
        .filter((command) => fits(command, of, ids.length))
        .map((command) => (
          <CommandButton key={command.Key} {...{ command, ids, path: resource.path }} />
        ))}
    </>
  );
}

function fits(command: Command, of: Place['of'], count: number): boolean {
  if (of === 'resource') return !command.NeedsEntitiesToRun;
  if (of === 'record') return command.NeedsEntitiesToRun && command.DisplayInDropdown;
  if (!command.NeedsEntitiesToRun) return false;
  if (command.AppliesOnlyToOneEntity) return count === 1;
  if (command.AppliesOnlyToTwoEntities) return count === 2;
  return !command.AppliesOnlyToMultipleEntities || count > 1;
}

interface Run {
  readonly command: Command;
  readonly ids: readonly number[];
  readonly path: string;
}

function CommandButton({ command, ids, path }: Run): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <TextButton
        label={command.Name}
        onClick={() => {
          setOpen(true);
        }}
      />
      {isOpen && (
        <CommandDialog
          {...{
            command,
            ids,
            path,
            onClose: () => {
              setOpen(false);
            },
          }}
        />
      )}
    </>
  );
}

/** Asks for the parameters, or at least for a yes. A refused parameter is explained at its field. */
function CommandDialog({ command, ids, path, onClose }: Run & { readonly onClose: () => void }): ReactElement {
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<string>();
  const [notify, refresh, unselectAll] = [useNotify(), useRefresh(), useUnselectAll(useResourceContext())];

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const parameters = command.RequiresParameters.map(({ Name, Type }) => ({
      Name,
      Type,
      Value: valueOf(fieldText(form, Name), Type),
    }));
    try {
      await call(`${path}/runcommand`, 'POST', { Key: command.Key, Ids: ids, Parameters: parameters });
      notify(TEXTS.commands.done, { type: 'success' });
      unselectAll();
      refresh();
      onClose();
    } catch (error) {
      const { message, body } = error as { message: string; body?: { errors?: Record<string, string> } };
      setErrors(body?.errors ?? {});
      setFailure(message);
    }
  }

  return (
    <Dialog open onClose={onClose} aria-labelledby="command">
      <form onSubmit={(event) => void submit(event)}>
        <DialogTitle id="command">{command.Name}</DialogTitle>
        <DialogContent>
          {command.NeedsEntitiesToRun ? TEXTS.commands.chosen(ids.length) : TEXTS.commands.none}
          {command.RequiresParameters.map(({ Name, Type }, n) => (
            <TextField
              {...{ key: Name, name: Name, label: Name, id: `command-${Name}`, required: true, autoFocus: n === 0 }}
              {...(Type === 'Boolean' ? { select: true, defaultValue: 'false' } : { type: INPUTS[Type] ?? 'text' })}
              {...(errors[Name] !== undefined && { error: true, helperText: errors[Name] })}
              slotProps={{ inputLabel: { shrink: true }, select: { native: true } }}
            >
              {Type === 'Boolean' && ['false', 'true'].map((value) => <option key={value}>{value}</option>)}
            </TextField>
          ))}
          {failure !== undefined && <p role="alert">{failure}</p>}
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{TEXTS.commands.cancel}</Button>
          <Button type="submit" variant="contained">
            {TEXTS.commands.run}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const INPUTS: Readonly<Record<string, string>> = { Integer: 'number', DateTime: 'datetime-local' };

function valueOf(text: string, type: string): unknown {
  if (type === 'Integer') return Number(text);
  if (type === 'Boolean') return text === 'true';
  return type === 'DateTime' ? instantOf(text) : text;
}
