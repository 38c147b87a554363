import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { isMissing, member, REQUIRED } from '../members.js';
import { shownMember } from './common-members.js';
import {
  columnOf,
  noteFault,
  noteMember,
  ownMember,
  type MemberDeclaration,
  type MemberOptions,
  type ShownOptions,
} from './member-declarations.js';
import { memberFaults } from './member-faults.js';
import { CHOICE, DATE_TIME, FLAG, REFERENCE, TEXT, WHOLE, type MemberKind, type ValueRules } from './member-kinds.js';
import type { ResourceRecord } from './resource-record.js';

/**
 * A member that is text of at most `longest` characters. Required text is neither empty nor blank.
 * @publicApi
 */
export function Text(options: MemberOptions & { readonly longest: number }): PropertyDecorator {
  return declare(TEXT, options, { longest: options.longest });
}

/**
 * A member that is a time, of whole seconds (contract 1.2): a `Date`.
 * @publicApi
 */
export function DateTime(options: MemberOptions = {}): PropertyDecorator {
  return declare(DATE_TIME, options, {});
}

/**
 * A member that is true or false.
 * @publicApi
 */
export function Flag(options: MemberOptions = {}): PropertyDecorator {
  return declare(FLAG, options, {});
}

/**
 * A member that is one of some texts.
 * @publicApi
 */
export function Choice(choices: readonly string[], options: MemberOptions = {}): PropertyDecorator {
  return declare(CHOICE, options, { choices });
}

/**
 * A member that is a whole number, from `least` to `most` if they are given, and always between -2^53 and 2^53.
 * @publicApi
 */
export function Whole(
  options: MemberOptions & { readonly least?: number; readonly most?: number } = {},
): PropertyDecorator {
  const { least, most } = options;
  return declare(WHOLE, options, { ...(least !== undefined && { least }), ...(most !== undefined && { most }) });
}

/**
 * A member that is the Id of a record of another resource. The database demands that the record exists.
 * @publicApi
 */
export function Reference(to: () => Type<ResourceRecord>, options: MemberOptions = {}): PropertyDecorator {
  return declare(REFERENCE, options, { to });
}

/**
 * A member of a resource that clients only read.
 */
export function Shown(kind: MemberKind, options: ShownOptions = {}): PropertyDecorator {
  return (target, key) => {
    noteMember(target, shownMember(String(key), kind, options), []);
  };
}

function declare(kind: MemberKind, options: MemberOptions, rules: ValueRules): PropertyDecorator {
  return (target, key) => {
    const owner = typeof target === 'function' ? target : target.constructor;
    if (typeof target === 'function' || typeof key === 'symbol') {
      const at = typeof target === 'function' ? (owner.prototype as object) : target;
      noteFault(at, `${owner.name}.${String(key)} has ${kind.decorator}, which is for properties with a name.`);
      return;
    }
    const { column = columnOf(key), required = true } = options;
    const declaration: MemberDeclaration = { name: key, column, kind, options, rules, isRequired: required };
    const faults = memberFaults(owner.name, declaration, Reflect.getMetadata('design:type', target, key));
    const other = ownMember(target, key);
    if (other) faults.push(`${owner.name}.${key} has ${other.kind.decorator} and ${kind.decorator}`);
    noteMember(
      target,
      declaration,
      faults.map((fault) => `${fault}.`),
    );
    if (faults.length === 0) ruleOf(declaration)(target, key);
  };
}

/** The decorators with which a body is read, checked and documented. */
export function ruleOf({ kind, options, rules, isRequired }: MemberDeclaration): PropertyDecorator {
  const { secret = false, example = kind.example(rules) } = options;
  const description = [options.description, options.bodyDescription].filter(Boolean).join(' ');
  const limits = kind.limits?.(rules, isRequired);
  const schema = { ...kind.schema(rules), ...limits, example, ...(description !== '' && { description }) };
  const rule = member({
    read: (value) => kind.read(value),
    fault: (value) => {
      if (isRequired && isMissing(value)) return REQUIRED;
      return value === undefined || value === null ? undefined : kind.fault(value, rules);
    },
    document: isRequired
      ? ApiProperty(schema as ApiPropertyOptions)
      : ApiPropertyOptional({ ...orNull(schema), nullable: true }),
    secret,
  });
  return isRequired ? rule : applyDecorators(IsOptional(), rule);
}

/** The schema of a member that may be null: its choices then include null. */
export function orNull(schema: object): object {
  return 'enum' in schema ? { ...schema, enum: [...(schema.enum as unknown[]), null] } : schema;
}
