import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiFailures, ApiPublicFailures, ApiValidationFailure } from '../http/api-failures.js';
import { FORM } from '../http/form.js';
import { AccountEnvelope } from './account-envelope.js';

interface Act {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly body?: Type<object>;
  /** A member of the body that may be refused, and why. */
  readonly refusal?: { readonly PropertyName: string; readonly Message: string };
  readonly isPublic?: true;
}

/** Documents an act on the own account. Its answer may have a secret, so it is not compressed. */
export function ApiAct({ operationId, summary, description, body, refusal, isPublic }: Act): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    RouteConfig({ isUncompressed: true }),
    ApiOperation({ operationId, summary, description }),
    ApiResponse({ status: 200, type: AccountEnvelope, description: 'What was done.' }),
    ...(body ? [ApiConsumes('application/json', FORM), ApiBody({ type: body })] : []),
    ...(refusal ? [ApiValidationFailure({ AttemptedValue: null, ...refusal }, 'The body is not valid JSON.')] : []),
    (isPublic ? ApiPublicFailures : ApiFailures)(...(body ? ([413, 415] as const) : [])),
  );
}
