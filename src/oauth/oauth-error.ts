import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { FailureRenderer } from '../http/failure-body.js';
import { FORM, formNeeded, isForm } from '../http/form.js';
import { AppError } from '../kernel/app-error.js';
import { PasswordExpired } from '../users/password-expired.js';
import { isOwnErrorCode } from '../kernel/error-codes.js';

/**
 * The error codes of RFC 6749, section 5.2, of RFC 7009, section 2.2.1, of RFC 8707, section 2, of RFC 9449, section 12.2, and the
 * contract's own two (contract 3).
 */
const CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'unsupported_token_type',
  'unauthorized_client',
  'unsupported_grant_type',
  'two_factor_auth_check',
  'must_reset_password',
  'invalid_dpop_proof',
  'use_dpop_nonce',
] as const;

export type OAuthErrorCode = (typeof CODES)[number];

/** The error code for a failure without an OAuth error code, by its status. */
const CODES_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'invalid_client',
  403: 'insufficient_scope',
  429: 'temporarily_unavailable',
  500: 'server_error',
  503: 'temporarily_unavailable',
};

/** A refusal by an OAuth endpoint: 400 with a code of RFC 6749, section 5.2. */
export function oauthError(code: OAuthErrorCode, description: string): AppError {
  return new AppError(code, 400, description);
}

/** The body of a refusal by an OAuth endpoint (RFC 6749, section 5.2). */
export class OAuthErrorBody {
  @ApiProperty({ type: String, example: 'invalid_grant', description: 'A stable code, for programs.' })
  readonly error!: string;

  @ApiProperty({
    type: String,
    example: 'The user name or password is incorrect.',
    description: 'What went wrong, for people.',
  })
  readonly error_description!: string;

  @ApiPropertyOptional({
    type: String,
    example: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aXY.c2VhbGVk.dGFn',
    description:
      'Only with `must_reset_password`: for `PUT /api/account/expiredpassword`, within ten minutes. The password, and the code if there is ' +
      'one, were right.',
  })
  readonly password_ticket?: string;
}

/** The HTTP layer's statuses for an unreadable body. If the body is not a form, the response is the same for both. */
const BODY_REFUSALS = [400, 415];

/** Renders every failure of an OAuth endpoint as in RFC 6749, including failures of the HTTP layer. */
export const oauthFailure: FailureRenderer = (failure, request) => {
  const isNoForm = BODY_REFUSALS.includes(failure.status) && !isForm(request);
  return oauthBody(isNoForm ? formNeeded() : failure);
};

function oauthBody(failure: AppError): ReturnType<FailureRenderer> {
  const { code, status, message } = failure;
  const known: readonly string[] = CODES;
  const named = code === 'invalid_credentials' ? 'invalid_grant' : code;
  // A code that a module declares is for the client too, such as `authorization_pending` of RFC 8628.
  const isSent = known.includes(named) || (status < 500 && !isOwnErrorCode(named));
  const error = isSent ? named : (CODES_BY_STATUS[status] ?? 'invalid_request');
  const body = { error, error_description: message } satisfies OAuthErrorBody;
  const ticket = failure instanceof PasswordExpired ? failure.ticket : undefined;
  return { status, body: ticket === undefined ? body : { ...body, password_ticket: ticket } };
}

/** Like `oauthFailure`, for the token endpoint: a body that is not a form is an unsupported grant type there (contract 3). */
export const tokenFailure: FailureRenderer = (failure, request) =>
  failure.status < 500 && !isForm(request)
    ? oauthBody(oauthError('unsupported_grant_type', `The token endpoint accepts ${FORM} only.`))
    : oauthFailure(failure, request);
