import { ApiProperty } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { AppError } from '../kernel/app-error.js';
import { ValidationError, type MemberFailure } from '../kernel/validation-error.js';

/** The body of every failure except a failed validation (contract 1.5). */
export class FailureBody {
  @ApiProperty({ type: 'integer', format: 'int32', example: 404, description: 'The HTTP status.' })
  readonly Status!: number;

  @ApiProperty({
    type: String,
    example: 'There is no RefreshToken with Id 87654321.',
    description: 'What went wrong, for people.',
  })
  readonly Message!: string;

  @ApiProperty({ type: 'null', example: null })
  readonly Value!: null;

  @ApiProperty({ type: 'null', example: null })
  readonly Errors!: null;

  @ApiProperty({ type: Boolean, enum: [false], example: false })
  readonly WasSuccessful!: false;

  /** The body of a failure. */
  static of({ status, message }: AppError): FailureBody {
    return { Status: status, Message: message, Value: null, Errors: null, WasSuccessful: false };
  }
}

class MemberFailureBody implements MemberFailure {
  @ApiProperty({
    anyOf: [
      { type: 'string' },
      { type: 'number', format: 'double' },
      { type: 'boolean' },
      { type: 'array', items: {} },
      { type: 'object', additionalProperties: true },
      { type: 'null' },
    ],
    example: null,
    description:
      'The value that was sent, cut to 256 characters. Null if the value was absent, and always null for ticket members.',
  })
  readonly AttemptedValue!: unknown;

  @ApiProperty({ type: String, example: 'is a required field' })
  readonly Message!: string;

  @ApiProperty({ type: String, example: 'Subject', description: 'The member or parameter that failed.' })
  readonly PropertyName!: string;
}

/** The body of a failed validation: exactly four members (contract 1.4). */
export class ValidationFailureBody {
  @ApiProperty({
    type: String,
    example: 'Subject: is a required field',
    description: 'All failures, joined with "; ".',
  })
  readonly Message!: string;

  @ApiProperty({ type: 'null', example: null })
  readonly Value!: null;

  @ApiProperty({ type: [MemberFailureBody], description: 'One entry for each member or parameter that failed.' })
  readonly Errors!: readonly MemberFailure[];

  @ApiProperty({ type: Boolean, enum: [false], example: false })
  readonly WasSuccessful!: false;

  /** The body of a failed validation. */
  static of({ message, failures }: ValidationError): ValidationFailureBody {
    return { Message: message, Value: null, Errors: failures, WasSuccessful: false };
  }
}

/** Renders a failure as status and body. A route whose protocol has its own form of failures sets its renderer in the route config. */
export type FailureRenderer = (
  failure: AppError,
  request: FastifyRequest,
) => { readonly status: number; readonly body: object };

/** The contract's form of a failure (1.4 and 1.5). */
export const contractFailure: FailureRenderer = (failure) => ({
  status: failure.status,
  body: failure instanceof ValidationError ? ValidationFailureBody.of(failure) : FailureBody.of(failure),
});

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Renders the failures of this route. The default is the contract's form. */
    renderFailure?: FailureRenderer;
  }
}
