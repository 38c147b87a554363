import { call, current, lead, refresh, signIn, signOut } from './session.js';
import { onWrite } from './store.js';

const element = (id) => document.getElementById(id);

async function show() {
  const session = await current();
  element('signed-out').hidden = session !== undefined;
  element('signed-in').hidden = session === undefined;
  element('user').textContent = session?.user ?? '';
  element('token').textContent = session ? session.access.slice(-12) : '';
  if (!session) element('sessions').replaceChildren();
}

function complain(error) {
  element('message').textContent = error.message;
}

/** Runs the action of a button, and shows the error if it fails. */
async function run(work) {
  element('message').textContent = '';
  await work().catch(complain);
  await show();
}

async function listSessions() {
  const { user } = await current();
  const query = new URLSearchParams({ RefreshToken_Subject: user, orderBy: 'UpdatedOn', dir: '1' });
  const { Records: records } = await call(`/api/sys/refreshtokens?${query}`);
  const items = records.map(({ ClientId, UpdatedOn }) => {
    const item = document.createElement('li');
    item.textContent = `${ClientId}, last used ${UpdatedOn}`;
    return item;
  });
  element('sessions').replaceChildren(...items);
}

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  void run(async () => {
    await signIn(form.get('username'), form.get('password'), form.get('totp'));
    event.target.reset();
  });
});
element('list').addEventListener('click', () => void run(listSessions));
element('refresh').addEventListener('click', () => void run(() => refresh()));
element('sign-out').addEventListener('click', () => void run(signOut));
onWrite(() => void show());
void lead(() => (element('leader').hidden = false), complain);
void show();
