import type { ErrorCode, StatusOf } from './error-codes.js';

/**
 * What goes with a failure beside its message: `detail` is logged and never sent, `headers` are sent. `challenge` is sent as
 * `WWW-Authenticate`, after the scheme in which the request sent its access token (RFC 6750, section 3; RFC 9449, section 7.1).
 * @publicApi
 */
export interface FailureContext {
  readonly detail?: string;
  readonly challenge?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A failure that the caller caused or must know about.
 *
 * `code` is stable, for programs and logs. `status` is the HTTP status. `message` is sent to the caller. If two causes must look the same
 * to the caller, only their `detail` in the log differs.
 * @publicApi
 */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'AppError';

  constructor(
    readonly code: Code,
    readonly status: StatusOf<Code>,
    message: string,
    readonly context: FailureContext = {},
  ) {
    super(message);
  }
}

/**
 * 400: the request does not have the form that the route expects; the message says why (contract 1.5).
 * @publicApi
 */
export function badRequest(message: string): AppError {
  return new AppError('bad_request', 400, message);
}

/**
 * 404: there is no record with this Id (contract 1.5).
 * @publicApi
 */
export function notFound(resource: string, id: number): AppError {
  return new AppError('not_found', 404, `There is no ${resource} with Id ${id}.`);
}
