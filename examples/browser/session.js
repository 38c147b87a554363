import { SERVICE } from './config.js';
import { fetchWithProof, forgetKey } from './proofs.js';
import { read, write } from './store.js';

const SESSION = 'session';
const CLIENT = 'client';
const LEADER = 'leader';
/** How often the leader looks whether the access token must be renewed. */
const LOOK_EVERY_MS = 1_000;
/** A refresh whose answer was lost gets the same answer for 30 seconds: REFRESH_RETRY_WINDOW. */
const ATTEMPTS = 3;
/** The app renews the access token this long before it expires. */
const MARGIN_MS = 10_000;

/** The service refused a request. `code` is the error of RFC 6749, section 5.2, or the HTTP status. */
export class Refusal extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The session that all tabs share, or undefined. Another tab may have refreshed the session, so each call reads the store. */
export function current() {
  return read(SESSION);
}

export async function signIn(username, password, totp) {
  const client = await clientId();
  const answer = await post('/api/token', { grant_type: 'password', username, password, totp, client_id: client });
  await keep(answer, { user: username, client });
}

/**
 * Renews the session once, however many tabs call this concurrently: the tab that has the lock refreshes, and the others find the new
 * session in the store. Without the lock, a slow tab would send a superseded token, and the replay would end the session.
 */
export async function refresh(stale) {
  const known = stale ?? (await current());
  return navigator.locks.request(SESSION, async () => {
    const now = await current();
    if (!now || now.refresh !== known?.refresh) return now;
    const form = { grant_type: 'refresh_token', refresh_token: now.refresh, client_id: now.client };
    try {
      return await keep(await post('/api/token', form, ATTEMPTS), now);
    } catch (error) {
      if (error.code === 'invalid_grant') await forget();
      throw error;
    }
  });
}

/**
 * Renews the access token ahead of its expiry in one tab, the leader: the tab that has the lock. When its tab is closed, another tab gets the lock.
 * `onLead` is called when this tab becomes the leader, and `onFailure` with each failed renewal.
 */
export function lead(onLead, onFailure) {
  return navigator.locks.request(LEADER, async () => {
    onLead();
    for (;;) {
      const session = await current();
      if (session && isDue(session)) await refresh(session).catch(onFailure);
      await pause(LOOK_EVERY_MS);
    }
  });
}

/** Calls the API. If the access token has expired or the service refuses it, the app renews the token once. */
export async function call(path) {
  let session = await current();
  if (session && isDue(session)) session = await refresh(session);
  let response = await get(path, session);
  if (response.status === 401 && session) response = await get(path, await refresh(session));
  const body = await response.json();
  if (!response.ok) throw new Refusal(body.Message, response.status);
  return body;
}

/** Ends the session at the service, in all tabs. */
export function signOut() {
  return navigator.locks.request(SESSION, async () => {
    const session = await current();
    await forget();
    // A revocation needs no proof (RFC 7009).
    if (session) await post('/api/token/revoke', { token: session.refresh, client_id: session.client }, ATTEMPTS);
  });
}

/** The service keeps one session for a user and a client, so each browser has a client id of its own. */
async function clientId() {
  const known = await read(CLIENT);
  if (known) return known;
  const made = `browser-example-${crypto.randomUUID()}`;
  await write(CLIENT, made);
  return made;
}

function isDue({ expires }) {
  return expires < Date.now() + MARGIN_MS;
}

/** Forgets the session and its key, in all tabs. */
async function forget() {
  await write(SESSION, undefined);
  await forgetKey();
}

async function keep(answer, { user, client }) {
  if (answer.token_type !== 'DPoP') throw new Refusal('The service did not bind the token to the key.', 'not_bound');
  const session = {
    user,
    client,
    access: answer.access_token,
    refresh: answer.refresh_token,
    expires: Date.now() + answer.expires_in * 1000,
  };
  await write(SESSION, session);
  return session;
}

function get(path, session) {
  if (!session) return fetch(SERVICE + path);
  return fetchWithProof(SERVICE + path, { headers: { authorization: `DPoP ${session.access}` } }, session.access);
}

/** Sends a form, and sends it again if the network failed, with another proof: each proof is good once. */
async function post(path, fields, attempts = 1) {
  const body = new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetchWithProof(SERVICE + path, { method: 'POST', body });
      const text = await response.text();
      const answer = text === '' ? {} : JSON.parse(text);
      if (!response.ok) throw new Refusal(answer.error_description, answer.error);
      return answer;
    } catch (error) {
      if (error instanceof Refusal || attempt >= attempts) throw error;
      await pause(500 * attempt);
    }
  }
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
