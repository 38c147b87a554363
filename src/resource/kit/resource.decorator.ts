import type { Type } from '@nestjs/common';
import type { CommandDeclaration } from './command-declarations.js';
import type { ExaminedFilter } from './examined-filters.js';
import type { ResourceRecord } from './resource-record.js';

/** The routes that a resource may have. */
export type Operation = 'create' | 'search' | 'getMany' | 'commands' | 'get' | 'update' | 'delete' | 'runCommand';

/**
 * What a resource says of itself.
 * @publicApi
 */
export interface ResourceOptions {
  /** Its name, such as `Coupon`: in roles, messages, parameters and the audit trail. */
  readonly name: string;
  /** Its path, such as `api/sys/coupons`. */
  readonly path: string;
  /** Its table, such as `coupons`. */
  readonly table: string;
  /** Its name in the plural, in the documentation: by default the name with an s. */
  readonly plural?: string;
  /** `ToStringText`, with members in braces: by default the first required text, such as `{Code}`. */
  readonly shownAs?: string;
  readonly commands?: readonly CommandDeclaration[];
}

/** What a resource of the service itself may say in addition, because its table and statements are older than the kit. */
export interface OwnResourceOptions extends ResourceOptions {
  /** The routes: by default all. */
  readonly operations?: readonly Operation[];
  /** Whether the rows of its statements name members in camel case, such as `uniqueId`. */
  readonly isCamelCase?: boolean;
  /** Whether its records have no member but those that its class declares, and clients only read them. */
  readonly isReadOnly?: boolean;
  /** The operation whose role commands need: by default `Edit`. */
  readonly commandRole?: 'Edit' | 'Delete';
  /** The entity of the table, if that is another class. */
  readonly entity?: Type<object>;
  /** Whether an update, a deletion or a command may be refused because of the state of another record (409). */
  readonly mayConflict?: boolean;
  /** By what it is searched that is no member of its records and has no index, by the names of the parameters without that of the resource. */
  readonly examined?: Readonly<Record<string, ExaminedFilter>>;
  /** The documentation of a secret in a search, for users who may not read records by id. */
  readonly hidden?: string;
}

const options = new WeakMap<object, OwnResourceOptions>();

/**
 * Declares a class that extends `ResourceRecord` as a resource. Its members are those with `@Text` and its like.
 * @publicApi
 */
export function Resource(of: ResourceOptions): <R extends ResourceRecord>(type: Type<R>) => void {
  return OwnResource(of);
}

/** Declares a class as a resource of the service itself. */
export function OwnResource(of: OwnResourceOptions): (type: Type<object>) => void {
  return (type) => {
    options.set(type, of);
  };
}

/** What `@Resource` says of exactly this class. */
export function optionsOf(type: object): OwnResourceOptions | undefined {
  return options.get(type);
}
