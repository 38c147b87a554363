/** The tabs of a browser share one session by a BroadcastChannel. Its tokens and its key are in their memory, and nowhere else. */
import type { KeyPair } from 'dpop';
import keeper from './keeper.ts?worker&url';
import { SERVICE } from './service-url.js';

/** What the service issued. `received` orders two answers of the same session. */
export interface Tokens {
  readonly user: string;
  readonly client: string;
  readonly access: string;
  readonly refresh: string;
  readonly received: number;
  readonly expires: number;
  /** The key that the tokens are bound to. It cannot be exported, only used. */
  readonly keys: KeyPair | undefined;
}

/** A message of one tab to the others. */
export type Message =
  | { readonly type: 'hello' | 'here' | 'bye'; readonly tab: string; readonly tokens?: Tokens | undefined }
  | { readonly type: 'tokens'; readonly tokens: Tokens | undefined };

/** What the service worker gets from the last tab. */
export interface Kept {
  readonly name: string;
  readonly tokens: Tokens;
  /** The request that ends the session if no tab takes it. */
  readonly url: string;
  readonly body: string;
}

/** The name of the channel, and of the lock of those who refresh. */
export const NAME = `tessera-console ${SERVICE}`;
export const TAB = newName();
/** How long this tab waits for tabs that it does not know, and for those that it knows: these may be busy. */
const UNKNOWN_MS = 200;
const KNOWN_MS = 5_000;

const peers = new Set<string>();
/** The known tabs that have not answered yet, and what to do when none is left. */
let awaited = new Set<string>();
let onAnswers: () => void = () => undefined;
const channel = new BroadcastChannel(NAME);
let worker: ServiceWorker | undefined;
let session: { readonly get: () => Tokens | undefined; readonly take: (tokens: Tokens | undefined) => void };

/** Connects the session of this tab with the others. */
export function connect(own: typeof session): void {
  session = own;
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    receive(data);
  };
  addEventListener('pagehide', ({ persisted }) => {
    say({ type: 'bye', tab: TAB });
    if (peers.size === 0 && !persisted) handOver(session.get());
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) say({ type: 'hello', tab: TAB });
  });
  // Over plain http to another machine, and in some private windows, there are no service workers.
  const { serviceWorker: workers } = navigator as { serviceWorker?: ServiceWorkerContainer };
  void workers?.register(keeper).then(
    ({ installing, waiting, active }) => (worker = installing ?? waiting ?? active ?? undefined),
    () => undefined,
  );
}

/** Takes the session of another tab, if there is one. Every known tab has answered then: a tab that is only busy must not be left out. */
export async function join(): Promise<void> {
  awaited = new Set(peers);
  const answers = new Promise<void>((resolve) => (onAnswers = resolve));
  say({ type: 'hello', tab: TAB });
  await (peers.size === 0 ? wait(UNKNOWN_MS) : Promise.race([answers, wait(KNOWN_MS)]));
  // A tab that crashed said no goodbye.
  for (const silent of awaited) peers.delete(silent);
}

export const hasPeers = (): boolean => peers.size > 0;

/** Gives all tabs the tokens. Undefined signs them out. */
export function sendTokens(tokens: Tokens | undefined): void {
  say({ type: 'tokens', tokens });
}

/** The form that revokes the session (RFC 7009). It needs no proof. */
export function revocation({ refresh: token, client }: Tokens): URLSearchParams {
  return new URLSearchParams({ token, client_id: client });
}

export function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function receive(message: Message): void {
  if (message.type === 'tokens') session.take(message.tokens);
  else {
    if (message.type === 'bye') peers.delete(message.tab);
    else peers.add(message.tab);
    if (message.type === 'hello') say({ type: 'here', tab: TAB, tokens: session.get() });
    else if (message.tokens) session.take(message.tokens);
    if (message.type !== 'hello' && awaited.delete(message.tab) && awaited.size === 0) onAnswers();
  }
}

/** The last tab is reloaded or closed: the service worker keeps the session for a moment. Without one, the session ends. */
function handOver(tokens: Tokens | undefined): void {
  if (!tokens) return;
  const [url, body] = [`${SERVICE}/api/token/revoke`, revocation(tokens)];
  if (worker) worker.postMessage({ name: NAME, tokens, url, body: body.toString() } satisfies Kept);
  else navigator.sendBeacon(url, body);
}

function say(message: Message): void {
  channel.postMessage(message);
}

function newName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
