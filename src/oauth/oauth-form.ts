import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../access/request-origin.js';
import { isAbandoned } from '../http/arrival.js';
import { AppError } from '../kernel/app-error.js';
import type { Origin } from '../kernel/origin.js';
import { headerText, isLongerThan, steersOutput, textFault } from '../kernel/text.js';
import { FORM, isForm } from './form.js';
import { oauthError } from './oauth-error.js';

/** The same limit as the record's ClientId (contract 1.1). */
const CLIENT_ID_LENGTH = 512;

/** A request to an OAuth endpoint. */
export interface OAuthRequest {
  /** Parameters given once and not empty. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The client that speaks, by header or parameter; undefined when it does not say. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** When it came, at the earliest, in milliseconds by `performance.now()`. */
  readonly receivedAt: number;
  /** Whether its sender has hung up by now, and waits for no answer. */
  readonly isAbandoned: () => Promise<boolean>;
}

/**
 * Reads a request by RFC 6749, section 3.2: a form; an empty parameter counts as absent, a repeated one is refused. Nothing in a
 * query is read: secrets do not belong there.
 */
export const OAuthForm = createParamDecorator((_data: unknown, context: ExecutionContext): OAuthRequest => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { headers, body } = request;
  if (!isForm(request)) {
    throw new AppError('unsupported_media_type', 415, `The body must be ${FORM}.`);
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, string | string[]>)) {
    if (typeof value !== 'string') throw oauthError('invalid_request', 'A parameter is given more than once.');
    if (value !== '') parameters.set(name, value);
  }
  const clientId = clientIdOf(headers['client_id'], parameters.get('client_id'));
  const { receivedAt } = request;
  return { parameters, clientId, origin: originOf(request), receivedAt, isAbandoned: () => isAbandoned(request) };
});

/** A parameter that must be there. @throws AppError invalid_request */
export function required({ parameters }: OAuthRequest, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw oauthError('invalid_request', `The parameter ${name} is missing.`);
  return value;
}

/** The header wins over the parameter (contract 3). Node joins a header that is sent twice with a comma. */
function clientIdOf(header: string | string[] | undefined, parameter: string | undefined): string | undefined {
  const clientId = typeof header === 'string' && header.trim() !== '' ? headerText(header) : parameter;
  if (clientId === undefined) return undefined;
  if (clientId.trim() === '' || textFault(clientId) || isLongerThan(clientId, CLIENT_ID_LENGTH)) {
    throw oauthError('invalid_request', `client_id must be text of at most ${CLIENT_ID_LENGTH} characters.`);
  }
  // Operators read it, and each name must look like no other (contract 3).
  if (steersOutput(clientId)) {
    throw oauthError('invalid_request', 'client_id must not contain control, format or line-separator characters.');
  }
  return clientId;
}
