import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState, type ReactElement, type SubmitEvent } from 'react';
import { useNotify } from 'react-admin';
import { fieldText } from '../field-text.js';
import { TEXTS } from '../texts.js';
import { Section, useAct } from './section.js';

const { password: T } = TEXTS.account;
const FIELDS = [
  { name: 'CurrentPassword', label: T.current, autoComplete: 'current-password' },
  { name: 'NewPassword', label: T.next, autoComplete: 'new-password' },
  { name: 'Again', label: T.again, autoComplete: 'new-password' },
] as const;

/** Changes the password of the user. What was typed stays if the change is refused. */
export function Password({ user }: { readonly user: string }): ReactElement {
  const [differs, setDiffers] = useState(false);
  const [{ isBusy, errors, run }, notify] = [useAct(), useNotify()];

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const [current, next, again] = FIELDS.map(({ name }) => fieldText(form, name));
    setDiffers(next !== again);
    if (next !== again) return;
    const body = { CurrentPassword: current, NewPassword: next, EndOtherSessions: form.has('EndOtherSessions') };
    if (!(await run('password', 'PUT', body))) return;
    element.reset();
    notify(T.changed, { type: 'success' });
  }

  const faults: Readonly<Record<string, string>> = { ...errors, ...(differs && { Again: T.differs }) };
  return (
    <Section title={T.title} hint={T.hint}>
      <Box
        component="form"
        onSubmit={(event) => void submit(event)}
        sx={{ maxWidth: '24rem', display: 'grid', gap: 1 }}
      >
        {/* Password managers want to know whose password this is. */}
        <input type="hidden" autoComplete="username" value={user} readOnly />
        {FIELDS.map(({ name, label, autoComplete }) => (
          <TextField
            {...{ key: name, name, label, autoComplete, type: 'password', id: `password-${name}`, required: true }}
            {...(faults[name] !== undefined && { error: true, helperText: faults[name] })}
          />
        ))}
        <label>
          <input type="checkbox" name="EndOtherSessions" defaultChecked /> {T.endOthers}
        </label>
        <Box>
          <Button type="submit" variant="contained" loading={isBusy}>
            {T.button}
          </Button>
        </Box>
      </Box>
    </Section>
  );
}
