import {
  Body,
  createParamDecorator,
  Injectable,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError as Violation } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { badRequest } from '../kernel/app-error.js';
import { readIdOfPath } from './id.pipe.js';
import { ID_OF_PATH, type MemberContext } from './members.js';
import { attemptedValue, ValidationError, type MemberFailure } from '../kernel/validation-error.js';

/**
 * Reads a body as the class of the parameter: unknown members are dropped and the others checked. Failures are reported in the
 * order in which the class declares its members (contract 1.1, 1.4).
 */
@Injectable()
class BodyPipe implements PipeTransform {
  transform(body: unknown, { metatype }: ArgumentMetadata): object {
    return checked(body, metatype as Type<object>, {});
  }
}

/** The request's body, read and checked as the class of the parameter. */
export const CheckedBody = (): ParameterDecorator => Body(BodyPipe);

/** A body, and the id of the record that its path names. */
interface BodyAtId {
  readonly body: unknown;
  readonly id: number;
}

@Injectable()
class BodyAtIdPipe implements PipeTransform<BodyAtId> {
  transform({ body, id }: BodyAtId, { metatype }: ArgumentMetadata): object {
    return checked(body, metatype as Type<object>, { [ID_OF_PATH]: id });
  }
}

const bodyAtId = createParamDecorator((_data: unknown, context: ExecutionContext): BodyAtId => {
  const { body, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { id: string } }>>();
  return { body, id: readIdOfPath(params.id) };
});

/** Like `CheckedBody`, of the record at the path `:id`: the body's Id must agree with the path, or be absent. */
export const CheckedBodyAtId = (): ParameterDecorator => bodyAtId(BodyAtIdPipe);

function checked(body: unknown, type: Type<object>, given: { readonly [ID_OF_PATH]?: number }): object {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The body must be an object: JSON, or a form.');
  }
  const read = readMembers(type, body, given);
  const violations = validateSync(read, { stopAtFirstError: true, validationError: { target: false } });
  if (violations.length > 0) throw new ValidationError(violations.map(toMemberFailure));
  return read;
}

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

function readMembers(type: Type<object>, body: object, given: object): object {
  const instance = Object.assign(new type(), given);
  for (const [name, { read }] of membersOf(type)) {
    const sent: unknown = Object.hasOwn(body, name) ? body[name as never] : undefined;
    Object.assign(instance, { [name]: read(sent, instance) });
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
