import { useState, type SubmitEvent, type ReactElement } from 'react';
import { ExpiredPassword } from './expired-password.js';
import { fieldText } from './field-text.js';
import { addressIn, LANGUAGE, LANGUAGES, type Language } from './language.js';
import { useRefusal } from './refusal.js';
import { signIn } from './session.js';
import { TEXTS } from './texts.js';

const { signIn: T } = TEXTS;

/** Asks for e-mail and password, for a code if the service needs one, and for a new password if the present one has expired. */
export function SignIn({ onTyping }: { readonly onTyping: () => void }): ReactElement {
  const { needsCode, isBusy, failure, ticket, attempt, reset } = useRefusal();
  const [user, setUser] = useState('');

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => fieldText(form, name).trim();
    setUser(text('username'));
    await attempt(() => signIn(text('username'), fieldText(form, 'password'), text('totp')));
  }

  if (ticket !== undefined)
    return (
      <Frame title={TEXTS.account.expired.title}>
        <ExpiredPassword
          {...{ user, ticket, isBusy }}
          onChanged={async (password) => {
            // With a second factor, this asks for another code: each is good once.
            if (!(await attempt(() => signIn(user, password, '')))) reset();
          }}
        />
      </Frame>
    );
  return (
    <Frame title={T.title}>
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
          <button type="button" className="plain" onClick={reset}>
            {T.back}
          </button>
        )}
      </form>
    </Frame>
  );
}

interface FrameProps {
  readonly title: string;
  readonly children: ReactElement;
}

function Frame({ title, children }: FrameProps): ReactElement {
  return (
    <main className="sign-in">
      <img src={new URL('../icon.svg', import.meta.url).href} alt="" width={48} height={48} />
      <h1>{title}</h1>
      {children}
      <p className="note">{T.note}</p>
      <nav className="note" aria-label={TEXTS.account.language}>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <a
            {...{ key: language, href: addressIn(language), lang: language, hrefLang: language }}
            aria-current={language === LANGUAGE ? 'true' : undefined}
          >
            {LANGUAGES[language]}
          </a>
        ))}
      </nav>
    </main>
  );
}
