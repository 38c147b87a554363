import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../access/request-origin.js';
import { isAbandoned, type Received } from '../http/arrival.js';
import { formNeeded, isForm } from '../http/form.js';
import { clientNameOf } from './client-name.js';
import type { GrantRequest } from './grants/grant.js';
import { oauthError } from './oauth-error.js';

/** The parameters of a request to an OAuth endpoint, each given once and not empty. */
export type OAuthParameters = ReadonlyMap<string, string>;

/** A client's request to an OAuth endpoint. */
export interface OAuthRequest extends GrantRequest {
  readonly parameters: OAuthParameters;
  readonly received: Received;
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
  const clientId = clientNameOf(request.raw, parameters.get('client_id'));
  const { received } = request;
  const deviceName = parameters.get('device_name');
  const origin = originOf(request);
  return { parameters, clientId, deviceName, origin, received, isAbandoned: () => isAbandoned(request) };
});

/** Returns a required parameter. @throws AppError invalid_request */
export function required(parameters: OAuthParameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw oauthError('invalid_request', `The parameter ${name} is missing.`);
  return value;
}

function parametersOf(request: FastifyRequest): OAuthParameters {
  if (!isForm(request)) throw formNeeded();
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, string | string[]>)) {
    if (typeof value !== 'string') throw oauthError('invalid_request', 'A parameter is given more than once.');
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}
