import type { Type } from '@nestjs/common';
import type { CommandDeclaration } from './command-declarations.js';
import type { ResourceRecord } from './resource-record.js';

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

const options = new WeakMap<object, ResourceOptions>();

/**
 * Declares a class that extends `ResourceRecord` as a resource. Its members are those with `@Text` and its like.
 * @publicApi
 */
export function Resource(of: ResourceOptions): <R extends ResourceRecord>(type: Type<R>) => void {
  return (type) => {
    options.set(type, of);
  };
}

/** What `@Resource` says of exactly this class. */
export function optionsOf(type: object): ResourceOptions | undefined {
  return options.get(type);
}
