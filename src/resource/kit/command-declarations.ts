import type { Type } from '@nestjs/common';

/**
 * An act on records that a resource offers (contract 1.7). A method of its service with `@Handles(key)` carries it out.
 * @publicApi
 */
export interface CommandDeclaration {
  /** What clients send to run it, such as `COUPON_EXTEND`. */
  readonly key: string;
  /** What people read. */
  readonly name: string;
  /** How many records it is about: by default one or more. `optional` means any number, and none too. */
  readonly records?: 'none' | 'one' | 'two' | 'several' | 'any' | 'optional';
  /** A class whose members, declared as those of a resource, are its parameters. */
  readonly parameters?: Type<object>;
  /** A role that it needs beside `<Resource>-Edit`, which every command needs. */
  readonly role?: string;
  readonly icon?: string;
  /** Where it stands in a menu: by default in the order of the declarations. */
  readonly order?: number;
}

/** How many records each word of `CommandDeclaration.records` allows. */
export const NUMBERS_OF_RECORDS = {
  none: { least: 0, most: 0, fault: 'must be empty or absent: the command is not about records' },
  one: { least: 1, most: 1, fault: 'must name one record' },
  two: { least: 2, most: 2, fault: 'must name two records' },
  several: { least: 2, most: Infinity, fault: 'must name two or more records' },
  any: { least: 1, most: Infinity, fault: 'must name one or more records' },
  optional: { least: 0, most: Infinity, fault: '' },
} as const;

const handled = new WeakMap<object, Map<string, string>>();

/**
 * Marks the method of a service that carries out a command of its resource.
 * @publicApi
 */
export function Handles(key: string): MethodDecorator {
  return (prototype, method) => {
    const methods = handled.get(prototype) ?? new Map<string, string>();
    handled.set(prototype, methods.set(key, String(method)));
  };
}

/** The methods of a service, and of the classes above it, that carry out commands: by key. */
export function handlersOf(service: Type<object>): ReadonlyMap<string, string> {
  const methods = new Map<string, string>();
  for (let prototype = service.prototype as object; prototype !== Object.prototype;) {
    for (const [key, method] of handled.get(prototype) ?? []) if (!methods.has(key)) methods.set(key, method);
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return methods;
}
