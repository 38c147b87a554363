import { createRemoteJWKSet, jwtVerify } from 'jose';
import { url } from './harness.mjs';
import { jwksUri, reportVerifier } from './verifier.mjs';

const keys = createRemoteJWKSet(new URL(jwksUri));
const acceptsFor = (audience, token) =>
  jwtVerify(token, keys, { issuer: url, audience, typ: 'at+jwt', algorithms: ['ES256'] }).then(
    () => true,
    () => false,
  );

await reportVerifier({ accepts: (token) => acceptsFor(url, token), acceptsFor });
