import { ApiProperty } from '@nestjs/swagger';
import { AppError } from '../kernel/app-error.js';
import type { FailureRenderer } from '../http/failure-body.js';

/** Error codes of the token endpoint: RFC 6749, section 5.2, and the contract's own (contract 3). */
export type OAuthErrorCode = 'invalid_request' | 'invalid_grant' | 'unsupported_grant_type';

/** A refusal by the token endpoint: 400 with a code of RFC 6749, section 5.2. */
export class OAuthError extends AppError {
  override readonly name = 'OAuthError';

  constructor(code: OAuthErrorCode, description: string, detail?: string) {
    super(code, 400, description, { ...(detail && { detail }) });
  }
}

/** The body of a refusal by the token endpoint (RFC 6749, section 5.2). */
export class OAuthErrorBody {
  @ApiProperty({ type: String, example: 'invalid_grant', description: 'A stable code, for programs.' })
  readonly error!: string;

  @ApiProperty({
    type: String,
    example: 'The user name or password is incorrect.',
    description: 'What went wrong, in words.',
  })
  readonly error_description!: string;
}

/** Renders every failure of an OAuth endpoint as RFC 6749 wants it, those that the HTTP layer found included. */
export const oauthFailure: FailureRenderer = (failure) => {
  const { error, status } =
    failure instanceof OAuthError ? { error: failure.code, status: 400 } : byStatus(failure.status);
  return { status, body: { error, error_description: failure.message } satisfies OAuthErrorBody };
};

function byStatus(status: number): { error: string; status: number } {
  switch (status) {
    case 415:
      return { error: 'unsupported_grant_type', status: 400 };
    case 500:
      return { error: 'server_error', status };
    case 503:
      return { error: 'temporarily_unavailable', status };
    default:
      return { error: 'invalid_request', status };
  }
}
