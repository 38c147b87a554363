import express from 'express';
import { passportJwtSecret } from 'jwks-rsa';
import { once } from 'node:events';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { url } from './harness.mjs';
import { isLetIn, jwksUri, reportVerifier } from './verifier.mjs';

const listen = async (audience) => {
  const strategy = new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: passportJwtSecret({ jwksUri, cache: true, rateLimit: true }),
      algorithms: ['ES256'],
      issuer: url,
      audience,
    },
    ({ sub }, done) => done(null, { name: sub }),
  );
  const app = express();
  app.get('/', passport.authenticate(strategy, { session: false }), (request, response) => response.json(request.user));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
const server = await listen(url);

await reportVerifier({
  accepts: (token) => isLetIn(server, token),
  acceptsFor: async (audience, token) => isLetIn(await listen(audience), token),
});
