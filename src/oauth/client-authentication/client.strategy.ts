import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { Principal } from '../../access/principal.js';
import { clientPrincipalOf, originOf } from '../../access/request-origin.js';
import { AppError } from '../../kernel/app-error.js';
import { parametersOf } from '../oauth-form.js';
import { ClientAuthenticationService } from './client-authentication.service.js';
import { credentialsOf, type ClientCredentials } from './client-credentials.js';

/**
 * A registered client that authenticates at introspection (RFC 7662, section 2.1), or by HTTP Basic at other routes that admit clients, with
 * the roles of its record. Every other request is passed on to the strategies for users: the user part of HTTP Basic may be the name of a user.
 */
@Injectable()
export class ClientStrategy extends PassportStrategy(Strategy, 'tessera-client') {
  constructor(private readonly clients: ClientAuthenticationService) {
    super();
  }

  /** The authenticated client, or false for a request that is not one of a client. @throws AppError as `authenticate` does */
  async validate(request: FastifyRequest): Promise<Principal | false> {
    if (!request.routeOptions.config.admitsClients) return false;
    const credentials = shownBy(request);
    if (!credentials) return false;
    const named = await this.clients.find(credentials);
    const isUsers = named === undefined || named.authenticationMethod === 'none';
    if (isUsers && credentials.proofs.every(({ method }) => method !== 'private_key_jwt')) return false;
    const attempt = { credentials, origin: originOf(request), endpoint: '/api/token/introspect' } as const;
    const client = await this.clients.authenticate(attempt);
    return client ? clientPrincipalOf(client, request) : false;
  }
}

/** Undefined if the request shows no proof, or nothing that a client would send: then the credentials are those of a user, or none. */
function shownBy(request: FastifyRequest): ClientCredentials | undefined {
  try {
    const isForm = request.routeOptions.config.admitsClients === 'form';
    const credentials = credentialsOf(request.raw, isForm ? parametersOf(request) : new Map<string, string>());
    return credentials.proofs.length > 0 ? credentials : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether registered clients may use this route by themselves: by HTTP Basic, or also by parameters of the form. */
    admitsClients?: 'basic' | 'form';
  }
}
