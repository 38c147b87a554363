import type { FastifyRequest } from 'fastify';
import { AppError } from '../kernel/app-error.js';
import { proofChallenge } from '../proofs/proof-failures.js';

/** The scheme of the request's credentials, in lower case; empty without credentials. */
export function schemeOf({ headers: { authorization = '' } }: FastifyRequest): string {
  const [scheme = ''] = authorization.split(' ', 1);
  return scheme.toLowerCase();
}

/**
 * 401 with the challenges of RFC 6750, section 3, RFC 7617, section 2, and RFC 9449, section 7.1. The response does not show the reason.
 */
export function unauthorized(request: FastifyRequest): AppError {
  const scheme = schemeOf(request);
  const message = scheme
    ? 'The credentials are not valid, or no longer.'
    : 'Sign in: this needs a Bearer token or Basic credentials.';
  return refusal(message, CHALLENGES[scheme] ?? 'Bearer');
}

/** 401 for a token that is bound to a key and was sent as a bearer token (RFC 9449, section 7.2). */
export function proofNeeded(): AppError {
  return refusal(
    'The access token is bound to a key: send it as DPoP, with a proof of this key.',
    `Bearer error="invalid_token", ${proofChallenge()}`,
  );
}

/** The challenges for wrong credentials, by their scheme. */
const CHALLENGES: Readonly<Record<string, string>> = {
  bearer: 'Bearer error="invalid_token"',
  basic: 'Bearer, Basic realm="Tessera", charset="UTF-8"',
  dpop: proofChallenge('invalid_token'),
};

function refusal(message: string, challenge: string): AppError {
  return new AppError('unauthorized', 401, message, { headers: { 'www-authenticate': challenge } });
}
