import type { Type } from '@nestjs/common';
import { isTransformedToPlain } from '../declared-members.js';
import type { Searchable, SearchColumn } from '../find-page.js';
import type { SearchDefinition } from '../search-parameters.js';
import type { CommandDeclaration } from './command-declarations.js';
import { DATE_TIME, TEXT } from './member-kinds.js';
import { membersDeclaredBy, type MemberDeclaration } from './member-declarations.js';
import { optionsOf } from './resource.decorator.js';
import type { ResourceRecord } from './resource-record.js';
import { defaultTemplate, textSql } from './shown-as.js';

/** The one common member that clients may set. */
const SYSTEM_ID: MemberDeclaration = {
  name: 'SystemId',
  column: 'system_id',
  kind: TEXT,
  rules: { longest: 4_000 },
  isRequired: false,
  options: { required: false, description: 'Free text of an external system.', example: 'crm-4711' },
};

/** SQL: whether a record is less than 24 hours old (contract 1.1). */
export const IS_NEW = `created_on > now() - interval '24 hours'`;

/**
 * A resource as its class declares it, with all that the kit derives from that.
 * @publicApi
 */
export class DeclaredResource<R extends ResourceRecord = ResourceRecord> {
  readonly name: string;
  readonly plural: string;
  readonly path: string;
  readonly table: string;
  readonly shownAs: string;
  readonly commands: readonly CommandDeclaration[];
  /** The members of its own. */
  readonly members: readonly MemberDeclaration[];
  /** The members that clients may set: those of its own, and SystemId. */
  readonly writable: readonly MemberDeclaration[];
  /** The members that class-transformer changes when a record is shown. */
  readonly transformed: ReadonlySet<string>;
  /** What it can be searched by and ordered by (contract 1.6). */
  readonly search: SearchDefinition;
  readonly searchable: Searchable;

  /** @throws Error when the class has no `@Resource` */
  constructor(readonly type: Type<R>) {
    const options = optionsOf(type);
    if (!options) throw new Error(`${type.name} has no @Resource.`);
    this.name = options.name;
    this.plural = options.plural ?? `${options.name}s`;
    this.path = options.path;
    this.table = options.table;
    this.commands = options.commands ?? [];
    this.members = membersDeclaredBy(type);
    this.transformed = new Set(this.members.map(({ name }) => name).filter((name) => isTransformedToPlain(type, name)));
    this.writable = [...this.members, SYSTEM_ID];
    this.shownAs = options.shownAs ?? defaultTemplate(options.name, this.members);
    this.search = this.searchOf();
    this.searchable = this.searchableOf();
  }

  /** The role of an operation, such as `Coupon-Read`. */
  role(operation: 'Create' | 'Read' | 'List' | 'Edit' | 'Delete'): string {
    return `${this.name}-${operation}`;
  }

  /** Whether a search hides members from users who may not read records by id. */
  get hasSecrets(): boolean {
    return this.members.some(({ options }) => options.secret);
  }

  private searchOf(): SearchDefinition {
    const searched = this.members.filter(({ options }) => options.searchable);
    const dates = searched.filter(({ kind }) => kind === DATE_TIME);
    const ordered = this.members.filter(({ options }) => options.orderable);
    return {
      resource: this.name,
      plural: this.plural,
      equality: {
        ...Object.fromEntries(
          searched.map(({ name, kind, options }) => [name, options.secret ? 'secret' : kind.filter]),
        ),
        SystemId: 'text',
        UniqueId: 'uuid',
        UpdatedBy: 'text',
        Id: 'id',
      },
      ranges: [...dates.map(({ name }) => name), 'CreatedOn', 'UpdatedOn'],
      orders: [
        'Id',
        ...ordered.map(({ name }) => name),
        ...['UpdatedOn', 'CreatedOn', 'UniqueId', 'UpdatedBy', 'IsNew', 'SystemId', 'ToStringText'],
      ],
    };
  }

  private searchableOf(): Searchable {
    const columns: Record<string, SearchColumn> = {};
    for (const { name, column, isRequired } of this.members)
      columns[name] = { sql: `"${column}"`, ...(!isRequired && { isNullable: true }) };
    const shown = new Map([['Id', 'id'], ...this.members.map(({ name, column }) => [name, `"${column}"`] as const)]);
    return {
      table: `"${this.table}"`,
      columns: {
        ...columns,
        Id: { sql: 'id' },
        UpdatedOn: { sql: 'updated_on' },
        CreatedOn: { sql: 'created_on' },
        UniqueId: { sql: 'unique_id' },
        UpdatedBy: { sql: 'updated_by' },
        IsNew: { sql: `(${IS_NEW})`, isFlag: true },
        SystemId: { sql: 'system_id', isNullable: true },
        ToStringText: { sql: textSql(this.shownAs, shown) },
      },
    };
  }
}

const known = new WeakMap<object, DeclaredResource>();

/** The resource that a class declares. */
export function declaredResource<R extends ResourceRecord>(type: Type<R>): DeclaredResource<R> {
  const resource = (known.get(type) as DeclaredResource<R> | undefined) ?? new DeclaredResource(type);
  known.set(type, resource);
  return resource;
}
