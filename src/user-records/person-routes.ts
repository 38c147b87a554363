import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProperty, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
import { FORM } from '../http/form.js';
import { failedMember } from '../kernel/validation-error.js';
import { RequiredText } from '../resource/members.js';
import { WriteEnvelope } from '../resource/write-envelope.js';
import type { Erasure } from './erasures.service.js';

const LONGEST_EMAIL = 254;
const EMAIL_PARAMETER = 'User_Email';
const REQUIRED = 'is a required field';

/** Whom to erase. */
export class PersonBody {
  @RequiredText({
    ...{ maxLength: LONGEST_EMAIL, example: 'ada@example.com' },
    description: 'The e-mail of the person, who need not be a user any more.',
  })
  readonly Email!: string;
}

class ErasedValue {
  @ApiProperty({ type: String, example: 'erased-5f0c6a5e8f0c4c53', description: 'What replaces the name.' })
  readonly Pseudonym!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer', format: 'int64' },
    example: { RefreshTokens: 2, AuditTrailEntries: 84 },
    description:
      'How many rows each part of an export had, that were deleted or changed beside the user and the sessions.',
  })
  readonly Changed!: Readonly<Record<string, number>>;
}

/** The response to an erasure: the members of `WriteEnvelope`. */
export class ErasedEnvelope extends WriteEnvelope {
  @ApiProperty({ type: String, example: 'User was successfully erased.' })
  declare readonly Message: string;

  @ApiProperty({ type: ErasedValue })
  declare readonly Value: never;

  static done({ pseudonym: Pseudonym, changed: Changed, erasedOn }: Erasure, updatedBy: string): ErasedEnvelope {
    const envelope = WriteEnvelope.of('User', 'deleted', { id: 0, updatedOn: erasedOn, updatedBy });
    return Object.assign(envelope, {
      Message: 'User was successfully erased.',
      Value: { Pseudonym, Changed } as never,
    });
  }
}

/** The e-mail of a query. Names of parameters match without regard to case (contract 1.6). @throws ValidationError without one */
export function personOf(query: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(query).filter(([name]) => name.toLowerCase() === EMAIL_PARAMETER.toLowerCase());
  const [[, value] = []] = values;
  if (value === undefined || value === '') throw failedMember(EMAIL_PARAMETER, value, REQUIRED);
  if (values.length > 1 || typeof value !== 'string') throw failedMember(EMAIL_PARAMETER, value, 'must be given once');
  return value.toLowerCase();
}

/** Documents the export of a person. */
export function ApiExportPerson(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'exportUser',
      summary: 'Export everything that is stored about a person',
      description:
        'The person need not be a user any more. The answer has a member for each part, which is an array. It has no password, hash, second factor or ticket. It is sent while it is read, so it may be large.',
    }),
    ApiQuery({ name: EMAIL_PARAMETER, required: true, schema: { type: 'string' }, example: 'ada@example.com' }),
    ApiResponse({
      status: 200,
      description: 'Everything that is stored about the person.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['Email'],
            properties: { Email: { type: 'string', example: 'ada@example.com' } },
            additionalProperties: { type: 'array', items: { type: 'object', additionalProperties: true } },
          },
        },
      },
    }),
    ApiValidationFailure(
      { AttemptedValue: null, Message: REQUIRED, PropertyName: EMAIL_PARAMETER },
      'The request is malformed.',
    ),
    ApiFailures(404),
  );
}

/** Documents the erasure of a person. */
export function ApiErasePerson(): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    ApiOperation({
      operationId: 'eraseUser',
      summary: 'Erase a person, for good',
      description:
        'Ends the sessions, deletes the user and the records of the user, and replaces the name, the addresses and the user agents in the audit trail by a pseudonym. The person need not be a user any more.',
    }),
    ApiConsumes('application/json', FORM),
    ApiBody({ type: PersonBody }),
    ApiResponse({ status: 200, type: ErasedEnvelope, description: 'The person was erased.' }),
    ApiValidationFailure(
      { AttemptedValue: null, Message: REQUIRED, PropertyName: 'Email' },
      'The body is not valid JSON.',
    ),
    ApiFailures(404, 409, 413, 415),
  );
}
