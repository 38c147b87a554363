import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v4 as uuid } from 'uuid';
import { basic } from './client.js';

/** `client_assertion_type` of RFC 7523, section 2.2. */
export const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client that signs assertions with a key of its own. */
export interface Signer {
  /** The public keys, as the JSON of a key set. */
  readonly jwks: string;
  /** A valid assertion for this audience, with these changes. Undefined removes a claim or a member of the header. */
  readonly assertion: (audience: string, claims?: object, header?: object) => Promise<string>;
}

/** Makes a client's key. */
export async function newSigner(clientId: string, alg = 'ES256'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] });
  const assertion = (aud: string, claims: object = {}, header: object = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: clientId, sub: clientId, aud, jti: uuid(), iat: now, exp: now + 60 };
    const payload = { ...usual, ...claims } as JWTPayload;
    return new SignJWT(payload).setProtectedHeader({ alg, kid: 'k1', ...header }).sign(privateKey);
  };
  return { jwks, assertion };
}

/** The parameters of `private_key_jwt`. */
export function signed(assertion: string): Record<string, string> {
  return { client_assertion_type: JWT_BEARER, client_assertion: assertion };
}

/** `Authorization: Basic` of a client, form-encoded as RFC 6749, section 2.3.1 demands. */
export function encodedBasic(clientId: string, secret: string): string {
  const encoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
  return basic(encoded(clientId), encoded(secret));
}

/** A web server that answers each request with what `answer` returns: a key set, or undefined for a failure. It counts the requests. */
export async function serveKeys(
  answer: () => string | undefined,
): Promise<{ url: string; requests: () => number; close: () => void }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    const text = answer();
    response.writeHead(text === undefined ? 500 : 200, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/jwks.json`, requests: () => requests, close: () => server.close() };
}
