import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { badRequest } from '../kernel/app-error.js';
import { ValidationError, type MemberFailure } from '../kernel/validation-error.js';
import { FailureBody, ValidationFailureBody } from './failure-body.js';

const DESCRIPTIONS = {
  400: 'The request is malformed.',
  401: 'The credentials are missing or invalid.',
  403: 'The caller is signed in, but lacks the role, or is a client that acts for itself where a user must.',
  404: 'There is no such record.',
  409: 'The state of the record, or of another, does not allow the write. Nothing was written.',
  412: 'The entity tag of the record does not meet `If-Match` or `If-None-Match`. Nothing was written.',
  413: 'The body is larger than 256 KiB.',
  415: 'The content type of the body is not supported, or the body has a content encoding.',
  429: 'Too many sign-in attempts, or too many large searches. Wait as `Retry-After` says.',
  500: 'Internal server error.',
  503: 'The database is unavailable or too slow, or too many sign-ins are in progress. Wait as `Retry-After` says.',
} as const;

/** Example messages, by status. */
const MESSAGES: Readonly<Record<keyof typeof DESCRIPTIONS, string>> = {
  400: 'The id must be a positive integer below 2^53.',
  401: 'The credentials are not valid, or no longer.',
  403: 'This needs the role RefreshToken-Read.',
  404: 'There is no RefreshToken with Id 87654321.',
  409: 'The user is the last full administrator: make another user one first.',
  412: 'The entity tag of the record does not meet If-Match. Nothing was written: read the record again.',
  413: 'The body is larger than 256 KiB.',
  415: 'The body must be application/json or application/x-www-form-urlencoded.',
  429: 'Too many attempts. Wait 8 seconds.',
  500: 'Internal server error. Quote request 5f0c6a5e-8f0c-4c53-9d5e-0c6f7a4b1e2d when you report it.',
  503: 'The database cannot be reached; nothing was written.',
};

/**
 * Documents that a 400 may also be a failed validation (contract 1.4). Both kinds get an example.
 * @publicApi
 */
export function ApiValidationFailure(failure: MemberFailure, malformed: string): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(FailureBody, ValidationFailureBody),
    ApiResponse({
      status: 400,
      description: 'The request is malformed, or the validation of members or parameters failed.',
      content: {
        'application/json': {
          schema: { anyOf: [{ $ref: getSchemaPath(ValidationFailureBody) }, { $ref: getSchemaPath(FailureBody) }] },
          examples: {
            validation: {
              summary: 'A failed validation',
              value: ValidationFailureBody.of(new ValidationError([failure])),
            },
            malformed: { summary: 'A malformed request', value: FailureBody.of(badRequest(malformed)) },
          },
        },
      },
    }),
  );
}

/**
 * Documents failures in the form of contract 1.5, each with an example. It always adds 401, 403, 429, 500 and 503.
 * @publicApi
 */
export function ApiFailures(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return documented([401, 403, ...statuses, 429, 500, 503]);
}

/** Documents failures of a public route: like `ApiFailures`, without 401 and 403. */
export function ApiPublicFailures(...statuses: (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return documented([...statuses, 500, 503]);
}

function documented(statuses: readonly (keyof typeof DESCRIPTIONS)[]): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(FailureBody),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: DESCRIPTIONS[status],
        content: {
          'application/json': {
            schema: { $ref: getSchemaPath(FailureBody) },
            example: { Status: status, Message: MESSAGES[status], Value: null, Errors: null, WasSuccessful: false },
          },
        },
      }),
    ),
  );
}
