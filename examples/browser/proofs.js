import { read, write } from './store.js';

const KEY = 'key';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** The nonce of the service for the next proof, if the service demands nonces (DPOP_NONCE=required). */
let nonce;

/**
 * Sends a request with a DPoP proof (RFC 9449): a JWT for this request alone, by the key of this browser. If the service asks for its nonce, the
 * request is sent once more, with a new proof.
 */
export async function fetchWithProof(url, { headers, method = 'GET', ...init }, accessToken) {
  for (let isAgain = false; ; isAgain = true) {
    const dpop = await proof(url, method, accessToken);
    const response = await fetch(url, { ...init, method, headers: { ...headers, dpop } });
    const offered = response.headers.get('dpop-nonce');
    if (offered !== null) nonce = offered;
    if (response.ok || isAgain || offered === null) return response;
  }
}

/** Forgets the key, because its session has ended. The next session gets another key. */
export function forgetKey() {
  return write(KEY, undefined);
}

/**
 * The key pair, which all tabs share. Nobody can read the private key: it is not extractable, and IndexedDB stores it as it is. So a script that reads
 * the tokens cannot use them elsewhere.
 */
function keyPair() {
  return navigator.locks.request(KEY, async () => {
    const known = await read(KEY);
    if (known) return known;
    const made = await crypto.subtle.generateKey(ALGORITHM, false, ['sign']);
    await write(KEY, made);
    return made;
  });
}

async function proof(url, method, accessToken) {
  const { privateKey, publicKey } = await keyPair();
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: url.split('?', 1)[0],
    iat: Math.floor(Date.now() / 1000),
    nonce,
    ...(accessToken && { ath: base64url(await crypto.subtle.digest('SHA-256', bytes(accessToken))) }),
  };
  const signed = [header, claims].map((part) => base64url(bytes(JSON.stringify(part)))).join('.');
  return `${signed}.${base64url(await crypto.subtle.sign(ALGORITHM, privateKey, bytes(signed)))}`;
}

function bytes(text) {
  return new TextEncoder().encode(text);
}

function base64url(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
