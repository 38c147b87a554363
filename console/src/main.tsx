import { lazy, StrictMode, Suspense, useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import './page.css';
import { LANGUAGE } from './language.js';
import { currentUser, join, onChange } from './session.js';
import { SignIn } from './sign-in.js';
import { TEXTS } from './texts.js';

/** The pages behind the sign-in are another file, which the browser loads while the user types. */

const loadApp = () => import('./app.js');
const App = lazy(loadApp);

function Console(): ReactElement {
  const [user, setUser] = useState(currentUser());
  useEffect(
    () =>
      onChange(() => {
        setUser(currentUser());
      }),
    [],
  );
  if (user === undefined) return <SignIn onTyping={() => void loadApp()} />;
  return (
    <Suspense fallback={<p className="wait">{TEXTS.loading}</p>}>
      <App key={user} user={user} />
    </Suspense>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root.');
document.documentElement.lang = LANGUAGE;
await join();
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
