import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isLongerThan, textFault } from '../kernel/text.js';
import { OAuthError } from './oauth-error.js';

/** The same limit as the record's ClientId (contract 1.1). */
const CLIENT_ID_LENGTH = 512;

/** A request to the token endpoint: its parameters, and the client that speaks. */
export interface TokenRequest {
  /** Parameters given once and not empty. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly clientId: string | undefined;
}

/**
 * Reads a token request by RFC 6749, section 3.2: an empty parameter counts as absent, a repeated one is refused, and only a
 * form is read.
 */
export const TokenRequestForm = createParamDecorator((_data: unknown, context: ExecutionContext): TokenRequest => {
  const { headers, body } = context.switchToHttp().getRequest<FastifyRequest>();
  const [mediaType] = (headers['content-type'] ?? '').split(';');
  if (mediaType?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('unsupported_grant_type', 'The token endpoint takes application/x-www-form-urlencoded only.');
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries((body ?? {}) as Record<string, string | string[]>)) {
    if (typeof value !== 'string') throw new OAuthError('invalid_request', 'A parameter is given more than once.');
    if (value !== '') parameters.set(name, value);
  }
  return { parameters, clientId: clientIdOf(headers['client_id'], parameters.get('client_id')) };
});

/** The header wins over the parameter (contract 3). */
function clientIdOf(header: string | string[] | undefined, parameter: string | undefined): string | undefined {
  if (Array.isArray(header)) throw new OAuthError('invalid_request', 'The client_id header is given more than once.');
  const clientId = header?.trim() ? header : parameter;
  if (clientId === undefined) return undefined;
  if (clientId.trim() === '' || textFault(clientId) || isLongerThan(clientId, CLIENT_ID_LENGTH)) {
    throw new OAuthError(
      'invalid_request',
      `client_id must be text of at most ${CLIENT_ID_LENGTH} characters, not only white space.`,
    );
  }
  return clientId;
}
