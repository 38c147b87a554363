import type { Type } from '@nestjs/common';
import type { ValidationError as Violation } from 'class-validator';
import { attemptedValue, type MemberFailure } from '../kernel/validation-error.js';
import { membersOf, type DeclaredMember } from './declared-members.js';
import { isMissing, REQUIRED } from './members.js';

/** The place of a failure in the request: its path, the value that was sent there, and whether the response must not show the value. */
interface Place {
  readonly path: string;
  readonly sent: unknown;
  readonly isSecret: boolean;
}

/**
 * The members that failed, in the order of their declaration, each once (contract 1.4). A member of a nested object is named by its path,
 * such as `Lines[0].Price`.
 */
export function memberFailures(violations: readonly Violation[], place: Place): MemberFailure[] {
  return violations.flatMap((violation) => {
    const member = memberOf(violation);
    const here = within(place, violation, member);
    const own = violation.constraints ? [failureAt(here, member, violation)] : [];
    return [...own, ...memberFailures(violation.children ?? [], here)];
  });
}

/** The declaration of the member that failed, in the class of its object. An element of an array has no declaration. */
export function memberOf({ target, property }: Violation): DeclaredMember | undefined {
  return target && membersOf(target.constructor as Type<object>).get(property);
}

/** The failure for a member whose transformation failed. `name` is the member's name in the request. */
export function unreadableMember(
  type: Type<object>,
  { path, value }: { readonly path: string; readonly value: object },
  name: string,
): MemberFailure {
  const member = [...membersOf(type).values()].find((each) => each.name === name);
  const here = within({ path, sent: value, isSecret: false }, { property: name }, member);
  return failureAt(here, member, { property: name, constraints: { transformation: 'cannot be read' } });
}

function within(place: Place, { target, property }: Partial<Violation>, member: DeclaredMember | undefined): Place {
  // A violation without a property is about the object itself, whose class is not declared.
  if (property === undefined) return place;
  const name = member?.name ?? property;
  const step = Array.isArray(target) ? `[${name}]` : `${place.path === '' ? '' : '.'}${name}`;
  return {
    path: place.path + step,
    sent: partOf(place.sent, name),
    isSecret: place.isSecret || (member?.isSecret ?? false),
  };
}

function partOf(sent: unknown, name: string): unknown {
  return typeof sent === 'object' && sent !== null && Object.hasOwn(sent, name) ? sent[name as never] : undefined;
}

function failureAt(
  { path, sent, isSecret }: Place,
  member: DeclaredMember | undefined,
  violation: Violation,
): MemberFailure {
  const isHidden = isSecret || (member?.holdsSecrets ?? false);
  return {
    AttemptedValue: isHidden ? null : attemptedValue(sent),
    Message: lacks(sent ?? violation.value, member) ? REQUIRED : messageOf(violation),
    PropertyName: path,
  };
}

/**
 * Whether the member failed because it was not sent. If a member has a condition, such as `@IsOptional()`, its other rules decide whether a
 * blank text is allowed. `RequiredText` and similar decorators report a missing value themselves.
 */
function lacks(value: unknown, member: DeclaredMember | undefined): boolean {
  if (member?.read) return false;
  return isMissing(value) && !(typeof value === 'string' && member?.isConditional);
}

/**
 * The message of the member's first rule, which class-validator checks last. The messages of class-validator begin with the name of the
 * property. This function removes the name, because the contract has a separate member for it.
 */
function messageOf({ constraints = {}, property }: Violation): string {
  const [kind, message] = Object.entries(constraints).at(-1) ?? ['', ''];
  if (kind === 'unknownValue') return 'is of no declared type';
  const named = message.replace(`nested property ${property} `, `${property} `);
  return named.startsWith(`${property} `) ? named.slice(property.length + 1) : named.replace(` in ${property} `, ' ');
}
