/** Requests with proofs of possession (DPoP, RFC 9449): tokens are bound to a key that never leaves the memory of this browser. */
import { generateKeyPair, generateProof, type KeyPair } from 'dpop';
import { SERVICE } from './service-url.js';

/** What a request shows to the service. Without keys, the token is a bearer token. */
export interface Credentials {
  readonly keys?: KeyPair | undefined;
  readonly access?: string | undefined;
}

/** The first request, one with a nonce, and one more if that nonce expired meanwhile. */
const ATTEMPTS = 3;
/** The newest nonce of the service, if it asked for one. */
let nonce: string | undefined;
let issuer: string | undefined;

/** A key that nobody can read or export. Over plain http to another machine browsers have no keys, and the tokens are bearer tokens. */
export async function newKeys(): Promise<KeyPair | undefined> {
  return isSecureContext ? generateKeyPair('ES256') : undefined;
}

/** Sends a request with a new proof, and repeats it if the service wants a nonce in the proof. */
export async function fetchProven(path: string, init: RequestInit, credentials: Credentials): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(SERVICE + path, { ...init, headers: await headersOf(path, init, credentials) });
    const next = response.headers.get('dpop-nonce');
    nonce = next ?? nonce;
    const isRepeated = credentials.keys && !response.ok && (next !== null || (await isUntimely(response)));
    if (!isRepeated || attempt === ATTEMPTS) return response;
  }
}

async function headersOf(path: string, init: RequestInit, { keys, access }: Credentials): Promise<Headers> {
  const headers = new Headers(init.headers);
  if (access !== undefined) headers.set('authorization', `${keys ? 'DPoP' : 'Bearer'} ${access}`);
  if (keys) {
    const [url = ''] = ((await issuerUrl()) + path).split('?');
    headers.set('dpop', await generateProof(keys, url, init.method ?? 'GET', nonce, access));
  }
  return headers;
}

/**
 * Whether the service refused a proof without a nonce: the clock of this machine may be wrong. A proof with any nonce makes the service send a
 * good one, and then its own clock counts.
 */
async function isUntimely(response: Response): Promise<boolean> {
  if (nonce !== undefined) return false;
  const challenge = response.headers.get('www-authenticate') ?? (await response.clone().text());
  if (!challenge.includes('invalid_dpop_proof')) return false;
  nonce = 'none';
  return true;
}

/** A proof names the public URL of the service, also if the page was opened at another address. */
async function issuerUrl(): Promise<string> {
  issuer ??= await fetch(`${SERVICE}/.well-known/oauth-authorization-server`)
    .then(async (response) => ((await response.json()) as { issuer: string }).issuer.replace(/\/$/, ''))
    .catch(() => undefined);
  return issuer ?? SERVICE;
}
