/** What the scripts of oauth4webapi share. */
import * as oauth from 'oauth4webapi';
import { reader, url } from './harness.mjs';

export const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(url);
export const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
);

/** Introspects a token as a resource server with a password. */
export async function introspectByReader(token) {
  const resource = { client_id: reader.name };
  const basic = oauth.ClientSecretBasic(reader.password);
  const answer = await oauth.introspectionRequest(server, resource, basic, token, insecure);
  return oauth.processIntrospectionResponse(server, resource, answer);
}
