import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { url } from './harness.mjs';
import { jwksUri, reportApp } from './verifier.mjs';

await reportApp((audience) => {
  const app = express();
  app.use(auth({ issuer: url, jwksUri, audience, tokenSigningAlg: 'ES256', strict: true }));
  app.get('/', (request, response) => response.json({ user: request.auth.payload.sub }));
  app.use((error, _request, response, next) => (error.status ? response.status(error.status).end() : next(error)));
  return app;
});
