/**
 * The session of the console: its tokens are in the memory of the tabs, and nowhere else. The tabs of a browser share one session by a
 * BroadcastChannel. When the last tab closes, the session ends.
 */

/** What the service issued. `received` orders two answers of the same session. */
interface Tokens {
  readonly user: string;
  readonly client: string;
  readonly access: string;
  readonly refresh: string;
  readonly received: number;
  readonly expires: number;
}

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

type Message =
  | { readonly type: 'hello' | 'here' | 'bye'; readonly tab: string; readonly tokens?: Tokens | undefined }
  | { readonly type: 'tokens'; readonly tokens: Tokens | undefined };

/** The service did not issue tokens. `code` is the error of RFC 6749, section 5.2, or `network`. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

/** The address of the service: the page is at `console/` below it. */
export const SERVICE = new URL('..', location.href.replace(/[?#].*$/s, '')).href.replace(/\/$/, '');
const NAME = `tessera-console ${SERVICE}`;
/** How long this tab waits for tabs that it does not know, and for those that it knows: these may be busy. */
const UNKNOWN_MS = 200;
const KNOWN_MS = 5_000;
/** The console renews the access token this long before it expires. */
const MARGIN_MS = 10_000;
const ATTEMPTS = 4;

/** The client that an operator registers for the console, where the service admits registered clients only. */
const REGISTERED = 'console';

const TAB = newName();
const peers = new Set<string>();
/** The known tabs that have not answered yet, and what to do when none is left. */
let awaited = new Set<string>();
let onAnswers: () => void = () => undefined;
const listeners = new Set<() => void>();
const channel = new BroadcastChannel(NAME);
let tokens: Tokens | undefined;
/** The last session of this tab. Signing in again replaces it at the service, because the client has the same name. */
let client = `console-${TAB}`;

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.type === 'tokens') keep(data.tokens);
  else {
    if (data.type === 'bye') peers.delete(data.tab);
    else peers.add(data.tab);
    if (data.type === 'hello') say({ type: 'here', tab: TAB, tokens });
    else if (data.tokens) keep(data.tokens);
    if (data.type !== 'hello' && awaited.delete(data.tab) && awaited.size === 0) onAnswers();
  }
};

addEventListener('pagehide', ({ persisted }) => {
  say({ type: 'bye', tab: TAB });
  // Without another tab, nobody has the tokens any more.
  if (tokens && peers.size === 0 && !persisted) navigator.sendBeacon(`${SERVICE}/api/token/revoke`, revocation(tokens));
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) say({ type: 'hello', tab: TAB });
});

/** Takes the session of another tab, if there is one. Every known tab has answered then: a tab that is only busy must not be left out. */
export async function join(): Promise<void> {
  awaited = new Set(peers);
  const answers = new Promise<void>((resolve) => (onAnswers = resolve));
  say({ type: 'hello', tab: TAB });
  await (peers.size === 0 ? wait(UNKNOWN_MS) : Promise.race([answers, wait(KNOWN_MS)]));
  // A tab that crashed said no goodbye.
  for (const silent of awaited) peers.delete(silent);
}

export const currentUser = (): string | undefined => tokens?.user;

/** Calls back when the user signed in or out, in this tab or another. Returns the function that stops this. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @throws Refusal with the code `two_factor_auth_check` if the service needs a code */
export async function signIn(username: string, password: string, totp: string): Promise<void> {
  const signInAs = async (name: string): Promise<void> => {
    const answer = await post('/api/token', { grant_type: 'password', username, password, totp, client_id: name });
    share(tokensOf(answer, username, name));
  };
  await signInAs(client).catch((refusal: unknown) => {
    if (refusal instanceof Refusal && refusal.code === 'unauthorized_client') return signInAs(REGISTERED);
    throw refusal;
  });
}

/** Ends the session at the service, in all tabs. */
export async function signOut(): Promise<void> {
  const ended = tokens;
  share(undefined);
  if (ended) await post('/api/token/revoke', Object.fromEntries(revocation(ended)), ATTEMPTS).catch(() => undefined);
}

/** A request of the API with the access token. If the token has expired, or the service refuses it, the session is refreshed once. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  if (tokens && tokens.expires < Date.now() + MARGIN_MS) await refresh(tokens);
  const used = tokens;
  const response = await fetchFrom(path, init, used);
  if (response.status !== 401 || !used) return response;
  await refresh(used);
  return fetchFrom(path, init, tokens);
}

/**
 * One tab refreshes, and the others take its answer. A tab that has slept asks the others first. If all fails and an old token is sent, the
 * service answers with the current token as long as nobody has used it, or for the seconds of REFRESH_RETRY_WINDOW.
 */
async function refresh(stale: Tokens): Promise<void> {
  const isCurrent = (): boolean => tokens?.received === stale.received;
  await locked(async () => {
    if (isCurrent() && peers.size > 0) await join();
    if (!isCurrent()) return;
    const fields = { grant_type: 'refresh_token', refresh_token: stale.refresh, client_id: stale.client };
    try {
      share(tokensOf(await post('/api/token', fields, ATTEMPTS), stale.user, stale.client));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'invalid_grant') share(undefined);
      else throw error;
    }
  });
}

function share(next: Tokens | undefined): void {
  keep(next);
  say({ type: 'tokens', tokens: next });
}

function keep(next: Tokens | undefined): void {
  // A late message must not bring an older answer back.
  if (next && tokens && next.received < tokens.received) return;
  const hasChanged = next?.user !== tokens?.user;
  tokens = next;
  if (next) client = next.client;
  if (hasChanged) for (const listener of listeners) listener();
}

function say(message: Message): void {
  channel.postMessage(message);
}

function tokensOf(answer: TokenAnswer, user: string, name: string): Tokens {
  const received = Date.now();
  const { access_token: access, refresh_token: refreshToken, expires_in: seconds } = answer;
  return { user, client: name, access, refresh: refreshToken, received, expires: received + seconds * 1000 };
}

function revocation({ refresh: token, client: name }: Tokens): URLSearchParams {
  return new URLSearchParams({ token, client_id: name });
}

async function fetchFrom(path: string, init: RequestInit, used: Tokens | undefined): Promise<Response> {
  const headers = new Headers(init.headers);
  if (used) headers.set('authorization', `Bearer ${used.access}`);
  return fetch(SERVICE + path, { ...init, headers });
}

/** Sends a form, and sends it again if the network failed: a repeated refresh gets the same answer. */
async function post(path: string, fields: Record<string, string>, attempts = 1): Promise<TokenAnswer> {
  const body = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(SERVICE + path, { method: 'POST', body }).catch(() => undefined);
    if (!response && attempt < attempts) {
      await wait(500 * attempt);
      continue;
    }
    if (!response) throw new Refusal('', 'network');
    const answer = (await response.json().catch(() => ({}))) as TokenAnswer & Record<string, string | undefined>;
    if (!response.ok) throw new Refusal(answer.error_description ?? '', answer.error ?? String(response.status));
    return answer;
  }
}

/** Web Locks need a secure context. Over plain http to another machine, each tab refreshes for itself. */
async function locked(act: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  await (locks ? locks.request(NAME, act) : act());
}

function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
