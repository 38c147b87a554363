import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { badRequest } from '../kernel/app-error.js';
import { failedMember } from '../kernel/validation-error.js';
import { readDto } from './dto-reader.js';
import { REQUIRED, type BodyRead } from './members.js';

const READ: readonly ArgumentMetadata['type'][] = ['body', 'query', 'param'];
/** Types of parameters that declare no members. */
const WITHOUT_MEMBERS: readonly unknown[] = [
  ...[undefined, Object, String, Number, Boolean, BigInt, Symbol, Date],
  ...[Array, Map, Set, Buffer, Promise, Function],
];

/**
 * Reads each `@Body()`, `@Query()` and `@Param()` whose type is a class as an instance of the class. Unknown members are dropped. All other
 * members are checked by their decorators of class-validator and class-transformer. Failures are reported in the contract's form (1.1,
 * 1.4). Parameters of other types, and parameters of custom decorators, are not changed.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    return READ.includes(type) && !WITHOUT_MEMBERS.includes(metatype)
      ? readParameter(metatype as Type<object>, value, { path: data ?? '' })
      : value;
  }
}

/**
 * Reads and checks the sent value as an instance of the class.
 * @throws AppError 400 when the value is not an object, ValidationError when a member fails
 */
export function readParameter(
  type: Type<object>,
  value: unknown,
  at: { readonly path: string; readonly given?: BodyRead },
): object | Promise<object> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return readDto(type, { value, ...at });
  if (at.path === '') throw badRequest('The body must be an object: JSON, or a form.');
  const Message = value === undefined || value === null ? REQUIRED : 'must be an object';
  throw failedMember(at.path, value, Message);
}
