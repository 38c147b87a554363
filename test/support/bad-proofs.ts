import { createHmac } from 'node:crypto';
import { encodePart } from './forge.js';
import type { Proved, ProvingKey } from './proofs.js';
import { TOKEN } from './sessions.js';
import type { Service } from './service.js';

/** Whose proofs are bad: the service, a key, and another key. */
interface Prover {
  readonly service: Service;
  readonly key: ProvingKey;
  readonly other: ProvingKey;
}

const seconds = (): number => Math.floor(Date.now() / 1000);
const now = (change: number): Proved => ({ claims: { iat: seconds() + change } });

/** A bad proof: what is wrong with it, the changes or the text that make it bad, and the reason that the answer has. */
type BadProof = readonly [
  what: string,
  made: (good: string, by: Prover) => Proved | string | Promise<Proved | string>,
  reason: string,
];

const BAD: readonly BadProof[] = [
  ['of another method', () => ({ claims: { htm: 'DELETE' } }), 'its htm is not the method'],
  ['of another server', () => ({ claims: { htu: 'https://evil.example/api/token' } }), 'its htu is not the URL'],
  ['of another path', (_, { service }) => ({ claims: { htu: `${service.url}/api/other` } }), 'its htu is not the URL'],
  ['of another port', () => ({ claims: { htu: `http://127.0.0.1:1${TOKEN}` } }), 'its htu is not the URL'],
  ['of a URL that is none', () => ({ claims: { htu: TOKEN } }), 'its htu is not the URL'],
  ['without a URL', () => ({ claims: { htu: undefined } }), 'its htu is not the URL'],
  ['that is too old', () => now(-75), 'its iat is not recent'],
  ['from the future', () => now(75), 'its iat is not recent'],
  ['without a time', () => ({ claims: { iat: undefined } }), 'it has no iat'],
  ['with a time that is a text', () => ({ claims: { iat: String(seconds()) } }), 'it has no iat'],
  ['with a time that no calendar has', () => ({ claims: { iat: 1e300 } }), 'it has no iat'],
  ['without an id', () => ({ claims: { jti: undefined } }), 'it has no jti'],
  ['with an empty id', () => ({ claims: { jti: '' } }), 'it has no jti'],
  ['with a nonce that is no text', () => ({ claims: { nonce: 5 } }), 'its nonce is not a text'],
  ['that is another kind of JWT', () => ({ header: { typ: 'JWT' } }), 'its typ is not dpop+jwt'],
  ['without a kind', () => ({ header: { typ: undefined } }), 'its typ is not dpop+jwt'],
  ['without a key', () => ({ header: { jwk: undefined } }), 'its header has no jwk'],
  ['by another key', (_, { other }) => ({ header: { jwk: other.jwk } }), 'its signature is wrong'],
  [
    'with its private key',
    async (_, { key }) => ({ header: { jwk: await key.privateJwk() } }),
    'its jwk is not a public key',
  ],
  [
    'with half a key',
    (_, { key }) => ({ header: { jwk: { ...key.jwk, y: undefined } } }),
    'its jwk is not a key for its alg',
  ],
  [
    'with the key of another curve',
    (_, { key }) => ({ header: { jwk: { ...key.jwk, crv: 'P-384' } } }),
    'its jwk is not a key',
  ],
  ...['n', 'e'].map((part): BadProof => [
    `with an RSA key whose ${part} is null`,
    (good) => withHeader(good, { alg: 'RS256', jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB', [part]: null } }),
    'its jwk is not a key for its alg',
  ]),
  ['that is not signed', (good, { key }) => unsigned(good, key), 'its alg is none of'],
  ['that is signed with a secret', (good) => signedWithSecret(good), 'its alg is none of'],
  ['with a changed signature', (good) => `${good.slice(0, -8)}AAAAAAAA`, 'its signature is wrong'],
  ['that is no JWT', () => 'proof', 'it is not a JWT'],
  ['that is empty', () => '', 'it is not a JWT'],
  ['that was sent twice', (good) => `${good}, ${good}`, 'there is more than one header DPoP'],
];

function unsigned(good: string, key: ProvingKey): string {
  return withHeader(good, { alg: 'none', jwk: key.jwk }).replace(/[^.]*$/, '');
}

function withHeader(good: string, header: object): string {
  return `${encodePart({ typ: 'dpop+jwt', ...header })}.${good.split('.').slice(1).join('.')}`;
}

function signedWithSecret(good: string): string {
  const [, payload = ''] = good.split('.');
  const signed = `${encodePart({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } })}.${payload}`;
  return `${signed}.${createHmac('sha256', 'secret').update(signed).digest('base64url')}`;
}

/** Proofs that every endpoint refuses. */
export function badProofs(): readonly BadProof[] {
  return BAD;
}

/** The text of a bad proof for a request. */
export async function badProof(made: BadProof[1], by: Prover, request: Proved): Promise<string> {
  const bad = await made(await by.key.prove(by.service, request), by);
  return typeof bad === 'string' ? bad : by.key.prove(by.service, { ...request, ...bad });
}
