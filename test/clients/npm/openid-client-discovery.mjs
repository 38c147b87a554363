/** The settings of openid-client that its scripts share. */
import * as openid from 'openid-client';
import { reader, url } from './harness.mjs';

/** The configuration of a client that authenticates in this way. */
export const discover = (id, authentication) =>
  openid.discovery(new URL(url), id, undefined, authentication, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  });

/** The configuration of a resource server. */
export const resource = await discover(reader.name, openid.ClientSecretBasic(reader.password));
