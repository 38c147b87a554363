import type { Type } from '@nestjs/common';
import { isTransformedToPlain } from '../declared-members.js';
import type { Searchable } from '../find-page.js';
import type { SearchDefinition } from '../search-parameters.js';
import type { CommandDeclaration } from './command-declarations.js';
import { COMMON, SYSTEM_ID } from './common-members.js';
import type { ExaminedFilter } from './examined-filters.js';
import { membersDeclaredBy, type MemberDeclaration } from './member-declarations.js';
import { optionsOf, type Operation } from './resource.decorator.js';
import type { ResourceRecord } from './resource-record.js';
import type { Row } from './row.js';
import { searchableOf, searchOf } from './resource-search.js';
import { defaultTemplate, exampleOf, textOf, textSql } from './shown-as.js';

/** A member that is shown: its name, and the name of its column in a row or the function of its value. */
export interface ShownMember {
  readonly name: string;
  readonly field: string;
  readonly of: ((row: Row) => unknown) | undefined;
}

/**
 * A resource as its class declares it, with all that the kit derives from that.
 * @publicApi
 */
export class DeclaredResource<R extends object = ResourceRecord> {
  readonly name: string;
  readonly plural: string;
  readonly path: string;
  readonly table: string;
  readonly shownAs: string;
  readonly commands: readonly CommandDeclaration[];
  /** The members of its own. */
  readonly members: readonly MemberDeclaration[];
  /** All members, in the order in which a record has them. */
  readonly all: readonly MemberDeclaration[];
  /** The members that clients may set: those of its own, but those that nobody sets, and SystemId. */
  readonly writable: readonly MemberDeclaration[];
  /** The names of `writable` in a record and in a row. */
  readonly written: readonly Pick<ShownMember, 'name' | 'field'>[];
  /** The same as `all`, as far as showing a record needs it. */
  readonly shown: readonly ShownMember[];
  /** The members that class-transformer changes when a record is shown. */
  readonly transformed: ReadonlySet<string>;
  /** What it can be searched by and ordered by (contract 1.6). */
  readonly search: SearchDefinition;
  readonly searchable: Searchable;
  /** What a search compares that is no member of a record and has no index. */
  readonly examined: Readonly<Record<string, ExaminedFilter>>;
  /** The secrets of a record that are hidden. */
  readonly hiddenSecrets: Readonly<Record<string, null>>;
  /** What the documentation of a search says of them. */
  readonly hidden: string | undefined;
  readonly isReadOnly: boolean;
  /** The role that every command needs. */
  readonly commandRole: string;
  /** The entity of its table, if that is another class. */
  readonly entity: object | undefined;
  /** Whether a write may be refused because of the state of another record (409). */
  readonly mayConflict: boolean;
  private readonly operations: readonly Operation[] | undefined;
  private readonly isCamelCase: boolean;

  /** @throws Error when the class has no `@Resource` */
  constructor(readonly type: Type<R>) {
    const options = optionsOf(type);
    if (!options) throw new Error(`${type.name} has no @Resource.`);
    this.name = options.name;
    this.plural = options.plural ?? `${options.name}s`;
    this.path = options.path;
    this.table = options.table;
    this.commands = options.commands ?? [];
    this.operations = options.operations;
    this.hidden = options.hidden;
    this.examined = options.examined ?? {};
    this.isReadOnly = options.isReadOnly ?? false;
    this.isCamelCase = options.isCamelCase ?? false;
    this.commandRole = this.role(options.commandRole ?? 'Edit');
    this.entity = options.entity;
    this.mayConflict = options.mayConflict ?? false;
    this.members = membersDeclaredBy(type);
    this.transformed = new Set(this.members.map(({ name }) => name).filter((name) => isTransformedToPlain(type, name)));
    const writable = this.members.filter(({ options: { isReadOnly } }) => !isReadOnly);
    this.writable = this.isReadOnly ? [] : [...writable, SYSTEM_ID];
    this.written = this.writable.map(({ name }) => ({ name, field: this.fieldOf(name) }));
    this.shownAs = options.shownAs ?? defaultTemplate(options.name, this.members);
    const own = this.members.filter(({ options: { isWriteOnly } }) => !isWriteOnly);
    this.all = this.isReadOnly ? own : [...own, ...COMMON.map((member) => this.commonMember(member))];
    this.shown = this.all.map(({ name, options: { of } }) => ({ name, field: this.fieldOf(name), of }));
    const secrets = own.filter(({ options: { secret } }) => secret);
    this.hiddenSecrets = Object.fromEntries(secrets.map(({ name }) => [name, null]));
    this.search = searchOf(this);
    this.searchable = searchableOf(this);
  }

  /** The role of an operation, such as `Coupon-Read`. */
  role(operation: 'Create' | 'Read' | 'List' | 'Edit' | 'Delete'): string {
    return `${this.name}-${operation}`;
  }

  /** Whether it has these routes. */
  offers(operation: Operation): boolean {
    return this.operations?.includes(operation) ?? true;
  }

  /** Whether a search hides members from users who may not read records by id. */
  get hasSecrets(): boolean {
    return Object.keys(this.hiddenSecrets).length > 0;
  }

  /** The name of a member in a row. */
  fieldOf(name: string): string {
    return this.isCamelCase || name === 'Id' ? name.charAt(0).toLowerCase() + name.slice(1) : name;
  }

  private commonMember(member: MemberDeclaration): MemberDeclaration {
    if (member.name !== 'ToStringText') return member;
    const template = { shownAs: this.shownAs, members: this.members };
    const of = textOf(this.shownAs, (name) => this.fieldOf(name));
    return { ...member, options: { ...member.options, of, sql: textSql(template), example: exampleOf(template) } };
  }
}

const known = new WeakMap<object, DeclaredResource<object>>();

/** The resource that a class declares. */
export function declaredResource<R extends object>(type: Type<R>): DeclaredResource<R> {
  const resource = (known.get(type) as DeclaredResource<R> | undefined) ?? new DeclaredResource(type);
  known.set(type, resource);
  return resource;
}
