import { applyDecorators, Get, type Type } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import { Role } from '../access/policy.js';
import { ApiFailures } from '../http/api-failures.js';

interface BareListOptions {
  readonly of: Type<object>;
  readonly role: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: string;
}

/** The route that lists all of a few things, as a bare array. */
export function BareList({ of, role, answer, ...operation }: BareListOptions): MethodDecorator {
  return applyDecorators(
    Get(),
    Role(role),
    ApiOperation(operation),
    ApiResponse({ status: 200, type: [of], description: answer }),
    ApiFailures(),
  );
}
