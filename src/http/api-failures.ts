import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { FailureBody, ValidationFailureBody } from './failure-body.js';

const DESCRIPTIONS = {
  400: 'The request is malformed.',
  401: 'No credentials, or none that are valid.',
  403: 'Signed in, without the role.',
  404: 'There is no such record.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body is of another content type.',
  500: 'A fault of ours.',
  503: 'The database cannot be reached; nothing was written. See `Retry-After`.',
} as const;

const HEADERS: Partial<Record<keyof typeof DESCRIPTIONS, Record<string, object>>> = {
  401: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'How to sign in (RFC 6750, RFC 7617).' } },
  403: { 'WWW-Authenticate': { schema: { type: 'string' }, description: 'insufficient_scope (RFC 6750).' } },
  503: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds to wait.' } },
};

/** Documents that a 400 may be a failed validation too (contract 1.4). */
export function ApiValidationFailure(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(FailureBody, ValidationFailureBody),
    ApiResponse({
      status: 400,
      description: 'The request is malformed, or members or parameters failed.',
      content: {
        'application/json': {
          schema: { oneOf: [{ $ref: getSchemaPath(ValidationFailureBody) }, { $ref: getSchemaPath(FailureBody) }] },
          example: {
            Message: 'Subject: is a required field',
            Value: null,
            Errors: [{ AttemptedValue: null, Message: 'is a required field', PropertyName: 'Subject' }],
            WasSuccessful: false,
          },
        },
      },
    }),
  );
}

/** Documents failures of the contract's form (1.5), with an example of each; 401, 403, 500 and 503 go without saying. */
export function ApiFailures(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(FailureBody),
    ...([401, 403, ...statuses, 500, 503] as const).map((status) =>
      ApiResponse({
        status,
        description: DESCRIPTIONS[status],
        headers: HEADERS[status] ?? {},
        content: {
          'application/json': {
            schema: { $ref: getSchemaPath(FailureBody) },
            example: { Status: status, Message: DESCRIPTIONS[status], Value: null, Errors: null, WasSuccessful: false },
          },
        },
      }),
    ),
  );
}
