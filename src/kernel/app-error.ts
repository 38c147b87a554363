import type { ErrorCode, StatusOf } from './error-codes.js';

/** What goes with a failure beside its message: `detail` is logged and never sent, `headers` are sent. */
export interface FailureContext {
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A failure that a caller caused or has to know of.
 *
 * `code` is one of the catalogue (error-codes.ts, docs/errors.md), stable and meant for programs and logs; `status` is the HTTP status that
 * the catalogue gives the code; `message` is sent to the caller.
 * What must not differ on the wire differs in the `detail` of the log.
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

/** 400: the request cannot be read as what the route expects; the message says why (contract 1.5). */
export function badRequest(message: string): AppError {
  return new AppError('bad_request', 400, message);
}

/** 404: there is no record with this Id (contract 1.5). */
export function notFound(resource: string, id: number): AppError {
  return new AppError('not_found', 404, `There is no ${resource} with Id ${id}.`);
}
