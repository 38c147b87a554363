import express from 'express';
import { passportJwtSecret } from 'jwks-rsa';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { url } from './harness.mjs';
import { jwksUri, reportApp } from './verifier.mjs';

await reportApp((audience) => {
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
  return app;
});
