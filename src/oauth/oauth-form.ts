import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf } from '../access/request-origin.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { SendingPage } from '../clients/client-origins.service.js';
import { isAbandoned, type Received } from '../http/arrival.js';
import { formNeeded, isForm } from '../http/form.js';
import { NONCE_HEADER } from '../proofs/proof-failures.js';
import { sentProof, type SentProof } from '../proofs/sent-proof.js';
import { credentialsOf, type ClientCredentials } from './client-authentication/client-credentials.js';
import type { GrantRequest } from './grants/grant.js';
import { oauthError } from './oauth-error.js';

/** The name of the parameter for audiences. */
const RESOURCE = 'resource';

/** The parameters of a request to an OAuth endpoint, but `resource`, each given once and not empty. */
export type OAuthParameters = ReadonlyMap<string, string>;

/** A client's request to an OAuth endpoint. */
export interface OAuthRequest extends GrantRequest {
  readonly parameters: OAuthParameters;
  readonly received: Received;
  /** Who the request says that its client is, and how it proves this. */
  readonly credentials: ClientCredentials;
  /** The registered client of the request, once it is authenticated. */
  readonly client?: RegisteredClient | undefined;
  /** The web page that sent the request, if one did. */
  readonly page: SendingPage;
  /** The DPoP proof of the request, which is not checked yet; undefined without a proof. */
  readonly proof: SentProof | undefined;
}

/**
 * Injects the parameters of a form (RFC 6749, section 3.2). An empty parameter counts as absent, and a repeated parameter is refused. The
 * query is ignored, because URLs must not contain secrets.
 */
export const OAuthForm = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  parametersOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Injects the request with the client that it names, if any. @throws AppError invalid_request for an invalid name */
export const ClientRequest = createParamDecorator((_data: unknown, context: ExecutionContext): OAuthRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const parameters = parametersOf(request);
  const credentials = credentialsOf(request.raw, parameters);
  const { clientId } = credentials;
  const { received } = request;
  const { origin, host } = request.headers;
  const page = { origin, host };
  const proof = sentProof(request, (nonce) => {
    void context.switchToHttp().getResponse<FastifyReply>().header(NONCE_HEADER, nonce);
  });
  return {
    parameters,
    clientId,
    credentials,
    deviceName: parameters.get('device_name'),
    resources: resourcesOf(request),
    origin: originOf(request),
    received,
    page,
    proof,
    isAbandoned: () => isAbandoned(request),
  };
});

/** Returns a required parameter. @throws AppError invalid_request */
export function required(parameters: OAuthParameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw oauthError('invalid_request', `The parameter ${name} is missing.`);
  return value;
}

/** The parameters of a form. @throws AppError 415 for another body, invalid_request for a repeated parameter */
export function parametersOf(request: FastifyRequest): OAuthParameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(fieldsOf(request))) {
    if (name === RESOURCE) continue;
    if (typeof value !== 'string') throw oauthError('invalid_request', 'A parameter is given more than once.');
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** The only parameter that a request may have several times (RFC 8707, section 2). */
function resourcesOf(request: FastifyRequest): string[] {
  return [fieldsOf(request)[RESOURCE] ?? []].flat().filter((resource) => resource !== '');
}

function fieldsOf(request: FastifyRequest): Readonly<Record<string, string | string[]>> {
  if (!isForm(request)) throw formNeeded();
  return (request.body ?? {}) as Record<string, string | string[]>;
}
