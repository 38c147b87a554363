import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { Confirm, useNotify } from 'react-admin';
import { call } from './api.js';
import { TextButton } from './text-button.js';

interface ActProps {
  readonly label: string;
  /** What a screen reader says, if the label alone does not say enough. */
  readonly name?: string;
  readonly title: string;
  readonly content?: string;
  readonly isDangerous?: boolean;
  readonly path: string;
  readonly body?: object;
  /** The sentence about what was done, from the `Value` of the answer. */
  readonly done: (value: Record<string, unknown>) => string;
}

/** A button that asks for a yes, and then sends a POST. A failure is shown with the sentence of the API. */
export function ConfirmedAct({ label, name, title, content, isDangerous, path, body, done }: ActProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [notify, queryClient] = [useNotify(), useQueryClient()];

  async function act(): Promise<void> {
    setBusy(true);
    try {
      const { body: answer } = await call<{ readonly Value: Record<string, unknown> }>(path, 'POST', body ?? {});
      notify(done(answer.Value), { type: 'success' });
    } catch (error) {
      notify((error as Error).message, { type: 'error' });
    }
    setBusy(false);
    setOpen(false);
    await queryClient.invalidateQueries({ queryKey: ['live'] });
  }

  return (
    <>
      <TextButton
        {...{ label, variant: 'outlined', color: isDangerous ? 'error' : 'primary' }}
        aria-label={name ?? label}
        onClick={() => {
          setOpen(true);
        }}
      />
      <Confirm
        {...{ isOpen, loading: isBusy, title, content: content ?? '', confirm: label }}
        {...(isDangerous && { confirmColor: 'warning' as const })}
        onConfirm={() => void act()}
        onClose={() => {
          setOpen(false);
        }}
      />
    </>
  );
}
