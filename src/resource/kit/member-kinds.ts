import type { Type } from '@nestjs/common';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { DATE_TIME_FAULT, formatDateTime, parseDateTime } from '../../kernel/date-time.js';
import { ID_FAULT, parseId, parseWhole, WHOLE_FAULT } from '../../kernel/id.js';
import { isMissing, textMemberFault } from '../members.js';
import type { FilterKind } from '../search-filters.js';
import type { ResourceRecord } from './resource-record.js';

/** What a value of a member may be. Only the rules of the member's own kind are there. */
export interface ValueRules {
  /** Text: the most characters. */
  readonly longest?: number;
  /** Choice: the texts to choose from. */
  readonly choices?: readonly string[];
  /** Whole: the least and the greatest number. */
  readonly least?: number;
  readonly most?: number;
  /** Reference: the resource whose record the Id is of. */
  readonly to?: () => Type<ResourceRecord>;
}

/** A value of a member, as a record has it. */
export type MemberValue = string | number | boolean | Date | null;

/** How the kit reads, checks, stores, finds, documents and shows members of a kind. */
export interface MemberKind {
  readonly decorator: string;
  readonly sql: 'text' | 'timestamptz' | 'bigint' | 'boolean' | 'uuid';
  readonly filter: FilterKind;
  /** What the compiler may note as the type of the property. */
  readonly type: unknown;
  /** The value that was sent as the value of a record. A value that cannot be read stays as it is, and `fault` refuses it. */
  readonly read: (value: unknown) => unknown;
  /** Why a value that is there is invalid. */
  readonly fault: (value: unknown, rules: ValueRules) => string | undefined;
  readonly schema: (rules: ValueRules) => ApiPropertyOptions;
  /** What the schema of a body says in addition. Stored values may be older than these limits. */
  readonly limits?: (rules: ValueRules, isRequired: boolean) => ApiPropertyOptions;
  readonly example: (rules: ValueRules) => unknown;
}

/** Forms send everything as text. A blank text is no value. */
const fromText =
  (parse: (text: string) => unknown) =>
  (value: unknown): unknown => {
    if (isMissing(value)) return undefined;
    return typeof value === 'string' ? (parse(value) ?? value) : value;
  };

const number = (value: unknown, fault: string): string | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? undefined : fault;

function wholeFault(value: unknown, { least, most }: ValueRules): string | undefined {
  const fault = number(value, WHOLE_FAULT);
  if (fault) return fault;
  if (least !== undefined && (value as number) < least) return `must be at least ${least}`;
  return most !== undefined && (value as number) > most ? `must be at most ${most}` : undefined;
}

export const TEXT: MemberKind = {
  decorator: '@Text',
  sql: 'text',
  filter: 'text',
  type: String,
  read: (value) => value,
  fault: (value, { longest = 0 }) => textMemberFault(value, longest),
  schema: () => ({ type: String }),
  limits: ({ longest = 0 }, isRequired) => ({ ...(isRequired && { minLength: 1 }), maxLength: longest }),
  example: ({ longest = 0 }) => 'text'.slice(0, longest),
};

export const CHOICE: MemberKind = {
  ...TEXT,
  decorator: '@Choice',
  read: fromText((text) => text),
  fault: (value, { choices = [] }) =>
    choices.includes(value as string) ? undefined : `must be one of ${choices.join(', ')}`,
  schema: ({ choices = [] }) => ({ type: String, enum: [...choices] }),
  limits: () => ({}),
  example: ({ choices = [] }) => choices[0],
};

export const DATE_TIME: MemberKind = {
  decorator: '@DateTime',
  sql: 'timestamptz',
  filter: 'date-time',
  type: Date,
  read: fromText((text) => parseDateTime(text)?.instant),
  fault: (value) => (value instanceof Date ? undefined : DATE_TIME_FAULT),
  schema: () => ({ type: String, format: 'date-time' }),
  example: () => '2030-01-31T12:00:00Z',
};

export const FLAG: MemberKind = {
  decorator: '@Flag',
  sql: 'boolean',
  filter: 'flag',
  type: Boolean,
  read: fromText((text) => ({ true: true, false: false })[text.toLowerCase()]),
  fault: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  schema: () => ({ type: Boolean }),
  example: () => true,
};

export const WHOLE: MemberKind = {
  decorator: '@Whole',
  sql: 'bigint',
  filter: 'whole',
  type: Number,
  read: fromText(parseWhole),
  fault: wholeFault,
  schema: () => ({ type: 'integer', format: 'int64' }),
  limits: ({ least, most }) => ({
    ...(least !== undefined && { minimum: least }),
    ...(most !== undefined && { maximum: most }),
  }),
  example: ({ least = 0, most = 1 }) => Math.max(least, Math.min(most, 1)),
};

export const REFERENCE: MemberKind = {
  decorator: '@Reference',
  sql: 'bigint',
  filter: 'id',
  type: Number,
  read: fromText(parseId),
  fault: (value) => number(value, ID_FAULT) ?? ((value as number) > 0 ? undefined : ID_FAULT),
  schema: () => ({ type: 'integer', format: 'int64', minimum: 1 }),
  example: () => 87_654_321,
};

/** A member that only the service sets. */
export const UUID: MemberKind = {
  ...TEXT,
  sql: 'uuid',
  filter: 'uuid',
  limits: () => ({}),
  schema: () => ({ type: String, format: 'uuid' }),
};

/** A value as the API shows it. */
export function shownValue(value: MemberValue | undefined): Exclude<MemberValue, Date> {
  return value instanceof Date ? formatDateTime(value) : (value ?? null);
}
