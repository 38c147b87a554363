import jwt from 'jsonwebtoken';
import jwksRsa from 'jwks-rsa';
import { url } from './harness.mjs';
import { jwksUri, reportVerifier } from './verifier.mjs';

const keys = jwksRsa({ jwksUri, cache: true });
const keyOf = ({ kid }, done) => {
  keys.getSigningKey(kid).then(
    (key) => done(null, key.getPublicKey()),
    (error) => done(error),
  );
};
const acceptsFor = (audience, token) =>
  new Promise((resolve) => {
    jwt.verify(token, keyOf, { algorithms: ['ES256'], issuer: url, audience }, (error) => resolve(!error));
  });

await reportVerifier({ accepts: (token) => acceptsFor(url, token), acceptsFor });
