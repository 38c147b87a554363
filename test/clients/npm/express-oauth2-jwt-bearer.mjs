import express from 'express';
import { auth } from 'express-oauth2-jwt-bearer';
import { once } from 'node:events';
import { url } from './harness.mjs';
import { isLetIn, jwksUri, reportVerifier } from './verifier.mjs';

const listen = async (audience) => {
  const app = express();
  app.use(auth({ issuer: url, jwksUri, audience, tokenSigningAlg: 'ES256', strict: true }));
  app.get('/', (request, response) => response.json({ user: request.auth.payload.sub }));
  app.use((error, _request, response, next) => (error.status ? response.status(error.status).end() : next(error)));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};
const server = await listen(url);

await reportVerifier({
  accepts: (token) => isLetIn(server, token),
  acceptsFor: async (audience, token) => isLetIn(await listen(audience), token),
});
