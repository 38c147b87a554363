import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createHash, randomUUID } from 'node:crypto';

/** A key that a client proves to have (RFC 9449). `issuer` is the public URL of the service, which every proof names. */
export class ProvingKey {
  constructor(issuer, privateKey, jwk) {
    Object.assign(this, { issuer, privateKey, jwk });
  }

  static async make(issuer) {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    return new ProvingKey(issuer, privateKey, await exportJWK(publicKey));
  }

  /** A proof for one request; with an access token, for a request that uses this token. */
  proofFor({ method = 'GET', path, access }) {
    const ath = access && createHash('sha256').update(access).digest('base64url');
    const htu = this.issuer + path.split('?', 1)[0];
    const claims = { jti: randomUUID(), htm: method, htu, iat: Math.floor(Date.now() / 1000) };
    return new SignJWT({ ...claims, ...(ath && { ath }) })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk })
      .sign(this.privateKey);
  }
}
