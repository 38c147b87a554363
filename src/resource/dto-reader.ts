import { HttpException, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, validateSync, type ValidationError as Violation } from 'class-validator';
import { AppError, badRequest } from '../kernel/app-error.js';
import { parseId } from '../kernel/id.js';
import { failedMember, ValidationError } from '../kernel/validation-error.js';
import { membersOf, type DeclaredMembers } from './declared-members.js';
import { memberFailures, memberOf, unreadableMember } from './dto-failures.js';
import { ID_OF_PATH, isMissing, notTheIdOfPath, type BodyRead } from './members.js';

/** Without this limit, the response to a small body of many objects would be many times as large as the body. */
const MAX_FAILURES = 100;
/** Members that are removed. class-transformer would use the member `constructor` of an object as the type of the object. */
const PROTOTYPES = ['__proto__', 'constructor'];

/** The value that a request sent for a parameter. */
export interface Sent {
  readonly value: object;
  /** Where the value stands in the request, such as `Address` for `@Body('Address')`; empty for a whole body, query or path. */
  readonly path: string;
  /** The id of the record, if the path has one. */
  readonly given?: BodyRead;
}

interface Body {
  readonly Id?: unknown;
}

const readByMember = new WeakMap<Type<object>, boolean>();

/**
 * Reads the sent value as an instance of the class. Unknown members are dropped, and all other members are checked by their decorators
 * (contract 1.1, 1.4).
 * @throws ValidationError when a member fails
 */
export function readDto(type: Type<object>, sent: Sent): object | Promise<object> {
  const members = membersOf(type);
  return isReadByMember(type, members) ? membersRead(type, sent, members) : classRead(type, sent, members);
}

/**
 * Whether all members are declared with `RequiredText` or similar decorators. Then the class is read without class-transformer, which would
 * descend into any value.
 */
function isReadByMember(type: Type<object>, members: DeclaredMembers): boolean {
  const isKnown = readByMember.get(type);
  if (isKnown !== undefined) return isKnown;
  const is =
    members.size > 0 && [...members.values()].every(({ read, hasPlainDecorators }) => read && !hasPlainDecorators);
  readByMember.set(type, is);
  return is;
}

function membersRead(type: Type<object>, sent: Sent, members: DeclaredMembers): object {
  const instance = Object.assign(new type(), sent.given) as object;
  for (const [name, { read }] of members) {
    const value: unknown = Object.hasOwn(sent.value, name) ? sent.value[name as never] : undefined;
    Object.assign(instance, { [name]: read?.(value, instance) });
  }
  const violations = validateSync(instance, { stopAtFirstError: true });
  if (violations.length > 0) throw failed(violations, sent);
  return instance;
}

async function classRead(type: Type<object>, sent: Sent, members: DeclaredMembers): Promise<object> {
  const value = withIdOfPath(withoutPrototypes(sent.value) as Body, sent.given?.[ID_OF_PATH]);
  const instance = instanceOf(type, { ...sent, value });
  // `forbidUnknownValues` refuses a nested object whose class is not declared. Otherwise such an object would not be checked. The option is
  // off for a class without rules, because such a class loses all its members.
  const rules = { whitelist: true, forbidUnknownValues: members.size > 0 };
  const violations = await validate(instance, { ...rules, stopAtFirstError: true });
  if (violations.length === 0) return instance;
  // class-validator stops at the last rule of a member, but the first rule has the most useful message, such as `@IsString()` in
  // `@IsString() @MaxLength(20)`. So all rules are checked again, with one exception: if a rule such as `@ArrayMaxSize(20)` prevented the
  // check of the objects of a large array, that check would be expensive.
  const all = isBrokenAbove(violations) ? [] : await validate(instance, rules);
  throw failed(all.length > 0 ? all : violations, sent);
}

/** Whether a broken rule is about an array or object whose nested objects have their own rules. */
function isBrokenAbove(violations: readonly Violation[]): boolean {
  return violations.some((violation) => {
    const isBroken = violation.constraints !== undefined && violation.value instanceof Object;
    return isBroken && memberOf(violation)?.isNested ? true : isBrokenAbove(violation.children ?? []);
  });
}

function failed(violations: readonly Violation[], { value, path }: Sent): ValidationError {
  return new ValidationError(memberFailures(violations, { path, sent: value, isSecret: false }).slice(0, MAX_FAILURES));
}

/** The body with the id of the path as its Id. @throws ValidationError when the body has another Id */
function withIdOfPath(body: Body, id: number | undefined): Body {
  if (id === undefined) return body;
  if (isMissing(body.Id)) return { ...body, Id: id };
  if (parseId(String(body.Id)) === id) return body;
  throw failedMember('Id', body.Id, notTheIdOfPath(id));
}

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !PROTOTYPES.includes(name));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutPrototypes(member)]));
}

/** Makes the instance, which runs the transformations. If a transformation throws an ordinary error, the member counts as invalid. */
function instanceOf(type: Type<object>, sent: Sent): object {
  try {
    return plainToInstance(type, sent.value);
  } catch (thrown) {
    if (thrown instanceof AppError || thrown instanceof HttpException) throw thrown;
    const name = lastRead(type, sent.value);
    if (name === undefined) throw badRequest('The request cannot be read.');
    // The log gets only the name of the error, because its message may quote the sent value.
    const detail = `${(thrown as Error).name} in the transformation of ${name}`;
    throw new ValidationError([unreadableMember(type, sent, name)], { detail });
  }
}

/** The member whose transformation fails: the last member that class-transformer reads. */
function lastRead(type: Type<object>, value: object): string | undefined {
  let last: string | undefined;
  const watched = new Proxy(value, {
    get: (target, name) => {
      if (typeof name === 'string') last = name;
      return Reflect.get(target, name) as unknown;
    },
  });
  try {
    plainToInstance(type, watched);
    return undefined;
  } catch {
    return last;
  }
}
