import { Body, Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError as Violation } from 'class-validator';
import { badRequest } from '../kernel/app-error.js';
import type { MemberContext } from './members.js';
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
    const read = readMembers(metatype as Type<object>, body);
    const violations = validateSync(read, { stopAtFirstError: true, validationError: { target: false } });
    if (violations.length > 0) throw new ValidationError(violations.map(toMemberFailure));
    return read;
  }
}

/** The request's body, read and checked as the class of the parameter. */
export const CheckedBody = (): ParameterDecorator => Body(BodyPipe);

const known = new WeakMap<Type<object>, ReadonlyMap<string, MemberContext>>();

/** The members that a class declares. class-transformer would walk into whatever was sent for one of them, and stumble. */
function membersOf(type: Type<object>): ReadonlyMap<string, MemberContext> {
  const earlier = known.get(type);
  if (earlier) return earlier;
  const declared = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  const members = new Map(declared.map(({ propertyName, context }) => [propertyName, context as MemberContext]));
  known.set(type, members);
  return members;
}

function readMembers(type: Type<object>, body: object): object {
  const instance = new type();
  for (const [name, { read }] of membersOf(type)) {
    const sent: unknown = Object.hasOwn(body, name) ? body[name as never] : undefined;
    Object.assign(instance, { [name]: read(sent) });
  }
  return instance;
}

function toMemberFailure(violation: Violation): MemberFailure {
  const [kind = '', message = ''] = Object.entries(violation.constraints ?? {})[0] ?? [];
  const { secret } = violation.contexts?.[kind] as MemberContext;
  return {
    AttemptedValue: secret ? null : attemptedValue(violation.value),
    Message: message,
    PropertyName: violation.property,
  };
}
