import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../access/request-origin.js';
import { isAbandoned } from '../http/arrival.js';
import { formNeeded, isForm } from '../http/form.js';
import type { Origin } from '../kernel/origin.js';
import { clientNameOf } from './client-name.js';
import { oauthError } from './oauth-error.js';

/** Parameters of a request to an OAuth endpoint, each given once and not empty. */
export type OAuthParameters = ReadonlyMap<string, string>;

/** A request of a client to an OAuth endpoint. */
export interface OAuthRequest {
  readonly parameters: OAuthParameters;
  /** The client that speaks, by header, parameter or HTTP Basic; undefined when the request names none. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** When it came, at the earliest, in milliseconds by `performance.now()`. */
  readonly receivedAt: number;
  /** Whether its sender has hung up by now, and waits for no answer. */
  readonly isAbandoned: () => Promise<boolean>;
}

/**
 * The parameters of a request by RFC 6749, section 3.2: a form; an empty parameter counts as absent, a repeated one is refused. Nothing in
 * a query is read: secrets do not belong there.
 */
export const OAuthForm = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  parametersOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** A request with the client that it names, if any. @throws AppError invalid_request for a bad name */
export const ClientRequest = createParamDecorator((_data: unknown, context: ExecutionContext): OAuthRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const parameters = parametersOf(request);
  const clientId = clientNameOf(request.raw, parameters.get('client_id'));
  const { receivedAt } = request;
  return { parameters, clientId, origin: originOf(request), receivedAt, isAbandoned: () => isAbandoned(request) };
});

/** A parameter that must be there. @throws AppError invalid_request */
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
