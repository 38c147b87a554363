import { useState, type SubmitEvent, type ReactElement } from 'react';
import { fieldText } from './field-text.js';
import { Refusal, signIn } from './session.js';
import { TEXTS } from './texts.js';

const { signIn: T } = TEXTS;
const REASONS: Readonly<Record<string, string>> = T.reasons;

/** Asks for e-mail and password, and for a code if the service needs one. */
export function SignIn({ onTyping }: { readonly onTyping: () => void }): ReactElement {
  const [needsCode, setNeedsCode] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => fieldText(form, name).trim();
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn(text('username'), fieldText(form, 'password'), text('totp'));
    } catch (error) {
      const { code, message } = error instanceof Refusal ? error : new Refusal(String(error), 'unknown');
      const isFirst = code === 'two_factor_auth_check' && !needsCode;
      if (isFirst) setNeedsCode(true);
      else setFailure(REASONS[code] ?? (message || T.reasons.network));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <img src={new URL('../icon.svg', import.meta.url).href} alt="" width={48} height={48} />
      <h1>{T.title}</h1>
      <form onSubmit={(event) => void submit(event)} onInput={onTyping}>
        <label>
          {T.email}
          <input name="username" type="email" autoComplete="username" required autoFocus readOnly={needsCode} />
        </label>
        <label>
          {T.password}
          <input name="password" type="password" autoComplete="current-password" required readOnly={needsCode} />
        </label>
        {needsCode && (
          <label>
            {T.code}
            <input name="totp" inputMode="numeric" autoComplete="one-time-code" required autoFocus />
          </label>
        )}
        {failure !== undefined && <p role="alert">{failure}</p>}
        <button disabled={isBusy}>{isBusy ? T.busy : T.button}</button>
        {needsCode && (
          <button
            type="button"
            className="plain"
            onClick={() => {
              setNeedsCode(false);
            }}
          >
            {T.back}
          </button>
        )}
      </form>
      <p className="note">{T.note}</p>
    </main>
  );
}
