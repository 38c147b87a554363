import type { Type } from '@nestjs/common';
import type { MemberKind, ValueRules } from './member-kinds.js';
import type { Row } from './row.js';

/**
 * What every kind of member may say of itself.
 * @publicApi
 */
export interface MemberOptions {
  /** Whether it must be there and not be null: by default yes. */
  readonly required?: boolean;
  /**
   * Whether it is a secret: never in a validation failure, log or audit event, and in a search only for users who may read records by id.
   */
  readonly secret?: boolean;
  /** Whether `<Resource>_<Member>` finds records by it, and `from_` and `to_` by a date. It has an index. */
  readonly searchable?: boolean;
  /** Whether `orderBy` accepts it. It has an index. */
  readonly orderable?: boolean;
  /** Whether two records may not have the same value. */
  readonly unique?: boolean;
  /** The column, if it is not the name of the member in snake case. */
  readonly column?: string;
  /** `false`: the kit makes no index for it. A long text can be searchable only so, by an index of the team's own migration. */
  readonly index?: false;
  readonly description?: string;
  /** What the documentation of bodies says after the description. */
  readonly bodyDescription?: string;
  readonly example?: string | number | boolean;
}

/** What a member says of itself that clients only read: a column that the service fills, or a value of other columns. */
export interface ShownOptions extends Pick<
  MemberOptions,
  'required' | 'searchable' | 'orderable' | 'column' | 'description'
> {
  readonly example?: unknown;
  /** Whether no failure, log or audit event has it. */
  readonly secret?: boolean;
  /** The schema, if it is not that of the kind. */
  readonly schema?: object;
  /** The value, if it is not that of the column. */
  readonly of?: (row: Row) => unknown;
  /** What a search compares, if it is not the column. */
  readonly sql?: string;
  readonly indexed?: number;
  readonly isList?: boolean;
  /** Whether it is null in SQL where it is shown as something else. */
  readonly isNullable?: boolean;
  readonly isFlag?: boolean;
  /** Whether a search finds a date only by a range. */
  readonly onlyRange?: boolean;
  /** Whether clients only set it: no answer has it, and the table has no column for it. */
  readonly isWriteOnly?: boolean;
  /** Whether no act on records writes it: the service writes its column by statements of its own. */
  readonly isReadOnly?: boolean;
  /** The member after which the documentation of a search has it, if that is not the previous one. */
  readonly searchedAfter?: string;
}

/** A member as a decorator declared it. */
export interface MemberDeclaration {
  readonly name: string;
  readonly column: string;
  readonly kind: MemberKind;
  readonly options: Omit<MemberOptions, 'example'> & ShownOptions;
  readonly rules: ValueRules;
  readonly isRequired: boolean;
}

interface Declared {
  readonly members: Map<string, MemberDeclaration>;
  readonly faults: string[];
}

const declared = new WeakMap<object, Declared>();

function ofPrototype(prototype: object): Declared {
  const known = declared.get(prototype) ?? { members: new Map(), faults: [] };
  declared.set(prototype, known);
  return known;
}

/** Notes a member of a class. Faults are kept until the resource is registered, so that all of them are reported together. */
export function noteMember(prototype: object, member: MemberDeclaration, faults: readonly string[]): void {
  const { members, faults: known } = ofPrototype(prototype);
  known.push(...faults);
  members.set(member.name, member);
}

/** Notes a fault of a declaration. */
export function noteFault(prototype: object, fault: string): void {
  ofPrototype(prototype).faults.push(fault);
}

/** The member that a class itself declares under this name. */
export function ownMember(prototype: object, name: string): MemberDeclaration | undefined {
  return declared.get(prototype)?.members.get(name);
}

/** The members of a class in the order of their declaration: first those of the classes above it. */
export function membersDeclaredBy(type: Type<object>): readonly MemberDeclaration[] {
  const members = new Map<string, MemberDeclaration>();
  for (const prototype of ancestry(type))
    for (const member of declared.get(prototype)?.members.values() ?? []) members.set(member.name, member);
  return [...members.values()];
}

/** The faults that decorators found in a class and the classes above it. */
export function faultsDeclaredBy(type: Type<object>): readonly string[] {
  return ancestry(type).flatMap((prototype) => declared.get(prototype)?.faults ?? []);
}

/** The prototypes of a class and of the classes above it, the highest first. */
function ancestry(type: Type<object>): object[] {
  const prototypes: object[] = [];
  for (let prototype = type.prototype as object; prototype !== Object.prototype;) {
    prototypes.unshift(prototype);
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return prototypes;
}

/** The column of a member: `ValidUntil` is `valid_until`, and `VATNumber` is `vat_number`. */
export function columnOf(member: string): string {
  return member
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
