import { AppError } from '../../kernel/app-error.js';
import type { ClientAuthenticationRefusal } from '../../kernel/refusal-reasons.js';
import type { EndpointPath } from './client-methods.js';

/** The challenge of RFC 7617, section 2. */
const BASIC = 'Basic realm="Tessera", charset="UTF-8"';

/** What the client learns. Only the owner of its key learns what is wrong with an assertion: everybody else gets the same text. */
const MESSAGES: Partial<Record<ClientAuthenticationRefusal, string>> = {
  'assertion-expired': 'The assertion has expired.',
  'assertion-early': 'The assertion is not valid yet.',
  'assertion-lives-long': 'The assertion is valid for longer than an hour.',
  'assertion-reused': 'The assertion was used before.',
  'assertion-audience': 'The audience of the assertion must be the issuer or the endpoint.',
  'assertion-claims': 'The assertion needs iss and sub with the name of the client, exp and jti.',
};

/**
 * The refusal of a client (RFC 6749, section 5.2). A client that tried HTTP Basic gets 401 with the challenge for it. Introspection answers 401
 * in any case (RFC 7662, section 2.3). Otherwise the status is 400: a 401 needs a challenge (RFC 9110, section 15.5.2), and no scheme of HTTP
 * was tried.
 */
export function invalidClient(reason: ClientAuthenticationRefusal, isBasic: boolean, endpoint: EndpointPath): AppError {
  const message = MESSAGES[reason] ?? 'The client could not be authenticated.';
  const challenge = isBasic ? BASIC : endpoint === '/api/token/introspect' ? 'Bearer' : undefined;
  return new AppError('invalid_client', challenge === undefined ? 400 : 401, message, {
    detail: reason,
    ...(challenge !== undefined && { headers: { 'www-authenticate': challenge } }),
  });
}
