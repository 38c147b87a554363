/** The session of the console: sign-in, refresh, and the requests of the API that carry its tokens. */
import { fetchProven, newKeys } from './proofs.js';
import { connect, hasPeers, join, NAME, revocation, TAB, sendTokens, wait, type Tokens } from './tabs.js';

interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

/** The service did not issue tokens. `code` is the error of RFC 6749, section 5.2, or `network`. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string,
    /** For the change of a password that must be changed. */
    readonly ticket?: string,
  ) {
    super(message);
  }
}

/** The console renews the access token this long before it expires. */
const MARGIN_MS = 10_000;
const ATTEMPTS = 4;

/** The client that an operator registers for the console, where the service admits registered clients only. */
const REGISTERED = 'console';

const listeners = new Set<() => void>();
let tokens: Tokens | undefined;
/** The last session of this tab. Signing in again replaces it at the service, because the client has the same name. */
let client = `console-${TAB}`;
/** Lets the user sign in again. Resolves to false if the user does not want to. */
let askAgain: (() => Promise<boolean>) | undefined;

connect({ get: () => tokens, take: keep });

export { join };

export const currentUser = (): string | undefined => tokens?.user;

/** Calls back when the user signed in or out, in this tab or another. Returns the function that stops this. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What asks for the password when the service demands a recent sign-in (RFC 9470). */
export function onStepUp(ask: typeof askAgain): void {
  askAgain = ask;
}

/**
 * Signs in, or signs the present user in again.
 * @throws Refusal with the code `two_factor_auth_check` if the service needs a code
 */
export async function signIn(username: string, password: string, totp: string): Promise<void> {
  const replaced = tokens;
  const keys = replaced ? replaced.keys : await newKeys();
  const signInAs = async (name: string): Promise<void> => {
    const answer = await post('/api/token', {
      fields: { grant_type: 'password', username, password, totp, client_id: name },
      keys,
    });
    share(tokensOf(answer, { user: username, client: name, keys }));
  };
  await signInAs(client).catch((refusal: unknown) => {
    if (refusal instanceof Refusal && refusal.code === 'unauthorized_client') return signInAs(REGISTERED);
    throw refusal;
  });
  // A registered client may have several sessions, so the sign-in did not replace the earlier one.
  if (replaced?.client === REGISTERED) await revoke(replaced);
}

/** Ends the session at the service, in all tabs. */
export async function signOut(): Promise<void> {
  const ended = tokens;
  share(undefined);
  if (ended) await revoke(ended);
}

/**
 * A request of the API with the access token. If the token has expired, or the service refuses it, the session is refreshed once. If the
 * service demands a recent sign-in, the user signs in again first.
 */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await sendFresh(path, init);
  if (!demandsSignIn(response) || !(await askAgain?.())) return response;
  return sendFresh(path, init);
}

/** Whether the service demands a recent sign-in (RFC 9470). */
function demandsSignIn(response: Response): boolean {
  return response.headers.get('www-authenticate')?.includes('insufficient_user_authentication') ?? false;
}

async function sendFresh(path: string, init: RequestInit): Promise<Response> {
  if (tokens && tokens.expires < Date.now() + MARGIN_MS) await refresh(tokens);
  const used = tokens;
  const response = await fetchProven(path, init, { ...used });
  const isStale = response.status === 401 && !demandsSignIn(response);
  if (!isStale || !used) return response;
  await refresh(used);
  return fetchProven(path, init, { ...tokens });
}

/**
 * One tab refreshes, and the others take its answer. A tab that has slept asks the others first. If all fails and an old token is sent, the
 * service answers with the current token as long as nobody has used it, or for the seconds of REFRESH_RETRY_WINDOW.
 */
async function refresh(stale: Tokens): Promise<void> {
  const isCurrent = (): boolean => tokens?.received === stale.received;
  await locked(async () => {
    if (isCurrent() && hasPeers()) await join();
    if (!isCurrent()) return;
    const fields = { grant_type: 'refresh_token', refresh_token: stale.refresh, client_id: stale.client };
    try {
      share(tokensOf(await post('/api/token', { fields, keys: stale.keys }, ATTEMPTS), stale));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'invalid_grant') share(undefined);
      else throw error;
    }
  });
}

async function revoke(ended: Tokens): Promise<void> {
  const fields = Object.fromEntries(revocation(ended));
  await post('/api/token/revoke', { fields }, ATTEMPTS).catch(() => undefined);
}

function share(next: Tokens | undefined): void {
  keep(next);
  sendTokens(next);
}

function keep(next: Tokens | undefined): void {
  // A late message must not bring an older answer back.
  if (next && tokens && next.received < tokens.received) return;
  const hasChanged = next?.user !== tokens?.user;
  tokens = next;
  if (next) client = next.client;
  if (hasChanged) for (const listener of listeners) listener();
}

function tokensOf(answer: TokenAnswer, { user, client: name, keys }: Pick<Tokens, 'user' | 'client' | 'keys'>): Tokens {
  const received = Date.now();
  const { access_token: access, refresh_token: refreshToken, expires_in: seconds } = answer;
  return { user, client: name, keys, access, refresh: refreshToken, received, expires: received + seconds * 1000 };
}

interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly keys?: Tokens['keys'];
}

/** Sends a form, and sends it again if the network failed: a repeated refresh gets the same answer. */
async function post(path: string, { fields, keys }: Form, attempts = 1): Promise<TokenAnswer> {
  const body = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  for (let attempt = 1; ; attempt++) {
    const response = await fetchProven(path, { method: 'POST', body }, { keys }).catch(() => undefined);
    if (!response && attempt < attempts) {
      await wait(500 * attempt);
      continue;
    }
    if (!response) throw new Refusal('', 'network');
    const answer = (await response.json().catch(() => ({}))) as TokenAnswer & Record<string, string | undefined>;
    const { error = String(response.status), error_description: description = '', password_ticket: ticket } = answer;
    if (!response.ok) throw new Refusal(description, error, ticket);
    return answer;
  }
}

/** Web Locks need a secure context. Over plain http to another machine, each tab refreshes for itself. */
async function locked(act: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  await (locks ? locks.request(NAME, act) : act());
}
