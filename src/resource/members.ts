import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { DATE_TIME_FAULT, parseDateTime } from '../kernel/date-time.js';
import { ID_FAULT, parseId } from '../kernel/id.js';
import { isBlank, isLongerThan, textFault } from '../kernel/text.js';

/** The failure of a member that is absent, null, empty or blank (contract 1.4). */
export const REQUIRED = 'is a required field';

/**
 * The rules of a text member. A secret member is never echoed in a validation failure.
 * @publicApi
 */
export interface TextOptions {
  readonly maxLength: number;
  readonly secret?: boolean;
  readonly example: string;
  readonly description: string;
}

/**
 * A member that must be text: not empty, not only white space, within its length, and storable.
 * @publicApi
 */
export function RequiredText(options: TextOptions): PropertyDecorator {
  const { maxLength, secret, ...documentation } = options;
  return member({
    fault: (value) => (isMissing(value) ? REQUIRED : textMemberFault(value, maxLength)),
    document: ApiProperty({ type: String, minLength: 1, maxLength, ...documentation }),
    ...(secret && { secret }),
  });
}

/**
 * A member that may be text, null or absent.
 * @publicApi
 */
export function OptionalText({ maxLength, ...documentation }: TextOptions): PropertyDecorator {
  return member({
    fault: (value) => (value === undefined || value === null ? undefined : textMemberFault(value, maxLength)),
    document: ApiPropertyOptional({ type: String, nullable: true, maxLength, ...documentation }),
  });
}

/**
 * A member that may be true, false or absent. Forms send the word.
 * @publicApi
 */
export function OptionalFlag(documentation: ApiPropertyOptions): PropertyDecorator {
  return member({
    read: (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
    fault: (value) =>
      value === undefined || value === null || typeof value === 'boolean' ? undefined : 'must be true or false',
    document: ApiPropertyOptional({ type: Boolean, ...documentation }),
  });
}

/**
 * A member that must be a date-time by contract 1.2. The property becomes a Date of whole seconds.
 * @publicApi
 */
export function RequiredDateTime(documentation: ApiPropertyOptions): PropertyDecorator {
  return member({
    read: (value) => (typeof value === 'string' ? (parseDateTime(value)?.instant ?? value) : value),
    fault: (value) => {
      if (isMissing(value)) return REQUIRED;
      return value instanceof Date ? undefined : DATE_TIME_FAULT;
    },
    document: ApiProperty({ type: String, format: 'date-time', ...documentation }),
  });
}

/** The key under which a body carries the id of its path, if the path has an id. */
export const ID_OF_PATH = Symbol('id of the path');

/**
 * A member that must be a record's Id: a JSON number, or digits, as forms send them. The property becomes a number. If the path has an id,
 * the member must equal it or be absent.
 * @publicApi
 */
export function RequiredId(documentation: ApiPropertyOptions): PropertyDecorator {
  return member({
    read: (value, body) => {
      if (isMissing(value)) return body[ID_OF_PATH] ?? value;
      return typeof value === 'string' || typeof value === 'number' ? (parseId(String(value)) ?? value) : value;
    },
    fault: (value, body) => {
      if (isMissing(value)) return REQUIRED;
      if (typeof value !== 'number' || !parseId(String(value))) return ID_FAULT;
      const named = body[ID_OF_PATH] ?? value;
      return value === named ? undefined : notTheIdOfPath(named);
    },
    document: ApiProperty({ type: 'integer', format: 'int64', minimum: 1, ...documentation }),
  });
}

/** The failure message for an Id in a body that differs from the id of the path. */
export function notTheIdOfPath(id: number): string {
  return `must be ${id}, the id of the path, or be absent`;
}

/** The members of a body that matter while it is read. */
export interface BodyRead {
  readonly [ID_OF_PATH]?: number;
}

/** How the reader of a body treats a member. */
export interface MemberContext {
  readonly read: (value: unknown, body: BodyRead) => unknown;
  readonly secret: boolean;
}

/** A member of a body: how its value is read, checked and documented. */
export interface Member {
  /** Converts the sent value to the property's type. A value that cannot be converted stays as it is, and `fault` refuses it. */
  readonly read?: (value: unknown, body: BodyRead) => unknown;
  /** Why the value is invalid; undefined when it is valid. */
  readonly fault: (value: unknown, body: BodyRead) => string | undefined;
  readonly document: PropertyDecorator;
  readonly secret?: boolean;
}

/** Declares a member of a body for class-validator, class-transformer and OpenAPI. */
export function member({ read, fault, document, secret }: Member): PropertyDecorator {
  const context: MemberContext = { read: read ?? ((value) => value), secret: secret ?? false };
  return applyDecorators(
    ValidateBy(
      {
        name: 'member',
        validator: {
          validate: (value, checked) => fault(value, checked?.object ?? {}) === undefined,
          defaultMessage: (checked) => fault(checked?.value, checked?.object ?? {}) ?? '',
        },
      },
      { context },
    ),
    // For classes that also have members with plain decorators, which class-transformer reads.
    Transform(({ value, obj }: { value: unknown; obj: BodyRead }) => context.read(value, obj), { toClassOnly: true }),
    document,
  );
}

/** Whether a member counts as not sent (contract 1.4). */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && isBlank(value));
}

/** Why a value is not a text of at most `maxLength` characters that can be stored; undefined when it is. */
export function textMemberFault(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (isLongerThan(value, maxLength)) return `must have at most ${maxLength} characters`;
  return textFault(value);
}
