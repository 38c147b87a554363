import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/** Private keys, by the client that uses them. A client is passed between processes as JSON, and a key cannot be. */
const keys = new Map();

/** A new private key of a client, as a JWK. */
export function newKey() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
}

/** A DPoP proof (RFC 9449) for a request at this URL, by a client with `clientId`, `key` and, for a protected route, `bound`. */
export function proofOf({ clientId, key, bound }, method, url) {
  let signer = keys.get(clientId);
  if (!signer) {
    const { kty, crv, x, y } = key;
    const header = encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
    signer = { header, privateKey: createPrivateKey({ key, format: 'jwk' }) };
    keys.set(clientId, signer);
  }
  const claims = { jti: randomUUID(), htm: method, htu: url, iat: Math.floor(Date.now() / 1000) };
  const ath = bound && createHash('sha256').update(bound).digest('base64url');
  const signed = `${signer.header}.${encode({ ...claims, ...(ath && { ath }) })}`;
  const signature = sign('sha256', signed, { key: signer.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
