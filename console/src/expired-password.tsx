import { useState, type ReactElement, type SubmitEvent } from 'react';
import { fieldText } from './field-text.js';
import { SERVICE } from './service-url.js';
import { TEXTS } from './texts.js';

const { expired: T, password: P } = TEXTS.account;

interface ExpiredPasswordProps {
  readonly user: string;
  /** The right to change the password once, from the refused sign-in. */
  readonly ticket: string;
  readonly isBusy: boolean;
  readonly onChanged: (password: string) => Promise<void>;
}

/** Changes a password that must be changed before its user can sign in. */
export function ExpiredPassword({ user, ticket, isBusy, onChanged }: ExpiredPasswordProps): ReactElement {
  const [failure, setFailure] = useState<string>();

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [next, again] = [fieldText(form, 'password'), fieldText(form, 'again')];
    const refusal = next === again ? await change(ticket, next) : P.differs;
    setFailure(refusal);
    if (refusal === undefined) await onChanged(next);
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <p className="hint">
        {T.hint} {P.hint}
      </p>
      <input type="hidden" autoComplete="username" value={user} readOnly />
      <label>
        {P.next}
        <input name="password" type="password" autoComplete="new-password" required autoFocus />
      </label>
      <label>
        {P.again}
        <input name="again" type="password" autoComplete="new-password" required />
      </label>
      {failure !== undefined && <p role="alert">{failure}</p>}
      <button disabled={isBusy}>{T.button}</button>
    </form>
  );
}

/** Returns why the service refused the change, or undefined if it did not. */
async function change(ticket: string, next: string): Promise<string | undefined> {
  const response = await fetch(`${SERVICE}/api/account/expiredpassword`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ Ticket: ticket, NewPassword: next }),
  }).catch(() => undefined);
  if (!response) return TEXTS.signIn.reasons.network;
  const { Message: message } = (await response.json().catch(() => ({}))) as { Message?: string };
  return response.ok ? undefined : (message ?? TEXTS.failures.unknown);
}
