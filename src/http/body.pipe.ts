import { Body, Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError as Violation } from 'class-validator';
import { badRequest } from '../kernel/app-error.js';
import { attemptedValue, ValidationError, type MemberFailure } from '../kernel/validation-error.js';

/**
 * Reads a body as the class of the parameter: unknown members are dropped, the others checked, and what failed is told in the
 * order in which the class declares its members (contract 1.1, 1.4).
 */
@Injectable()
class BodyPipe implements PipeTransform {
  transform(body: unknown, { metatype }: ArgumentMetadata): object {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw badRequest('The body must be an object: JSON, or a form.');
    }
    const read = plainToInstance(metatype as Type<object>, body, { excludeExtraneousValues: true });
    const violations = validateSync(read, { stopAtFirstError: true, validationError: { target: false } });
    if (violations.length > 0) throw new ValidationError(violations.map(toMemberFailure));
    return read;
  }
}

/** The request's body, read and checked as the class of the parameter. */
export const CheckedBody = (): ParameterDecorator => Body(BodyPipe);

function toMemberFailure(violation: Violation): MemberFailure {
  const [kind = '', message = ''] = Object.entries(violation.constraints ?? {})[0] ?? [];
  const { secret } = violation.contexts?.[kind] as { secret: boolean };
  return {
    AttemptedValue: secret ? null : attemptedValue(violation.value),
    Message: message,
    PropertyName: violation.property,
  };
}
