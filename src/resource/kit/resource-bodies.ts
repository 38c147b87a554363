import type { Type } from '@nestjs/common';
import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { RequiredId } from '../members.js';
import { SYSTEM_ID } from './common-members.js';
import type { DeclaredResource } from './declared-resource.js';
import { ruleOf } from './member-decorators.js';

/** The classes of the bodies that a resource takes. */
export interface ResourceBodies {
  /** To create a record: its members. */
  readonly input: Type<object>;
  /** To update a record: its members, and its Id. */
  readonly change: Type<object>;
  /** The same at the path of the record, as OpenAPI shows it: the Id may be absent. It is checked as `change`. */
  readonly changeById: Type<object>;
}

/**
 * The bodies of a resource, with all decorators of its class: those of class-validator and class-transformer too. Failures are reported in
 * the order of contract 1.1, so the Id comes after the members of the resource.
 */
export function bodiesOf({ type, name, members }: DeclaredResource<object>): ResourceBodies {
  const own = members.map((member) => member.name);
  const systemId = ruleOf(SYSTEM_ID);
  const change = named(`${name}Change`, PickType(type, own as never[]) as Type<{ Id: number }>);
  const prototype = change.prototype as object;
  RequiredId({ example: 87_654_321, description: 'The record to update.' })(prototype, 'Id');
  systemId(prototype, SYSTEM_ID.name);
  // Derived from the class itself: each class between costs an instance for each body.
  const input = named(`${name}Input`, PickType(type, own as never[]) as Type<object>);
  systemId(input.prototype as object, SYSTEM_ID.name);
  const changeById = IntersectionType(input, PartialType(PickType(change, ['Id'])));
  return { input, change, changeById: named(`${name}ChangeById`, changeById as Type<object>) };
}

function named<T extends Type<object>>(name: string, type: T): T {
  Object.defineProperty(type, 'name', { value: name });
  return type;
}
