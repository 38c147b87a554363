import { memberChanges } from '../../audit/member-changes.js';
import { attemptedValue, ValidationError } from '../../kernel/validation-error.js';
import { isMissing, REQUIRED } from '../members.js';
import type { DeclaredResource } from './declared-resource.js';
import { shownValue, type MemberValue } from './member-kinds.js';
import type { Row } from './row.js';

type Members = Record<string, MemberValue | undefined>;
type Declared = Pick<DeclaredResource<object>, 'writable'>;

/** A record of the class of the resource, as a statement returned it. */
export function recordFrom<R extends object>({ type, shown }: DeclaredResource<R>, row: Row): R {
  const record = new type();
  for (const { name, field, of } of shown) if (!of) (record as Members)[name] = row[field];
  return record;
}

/** The row of a record. */
export function rowFrom({ shown }: DeclaredResource<object>, record: object): Row {
  const row: Members = {};
  for (const { name, field, of } of shown) if (!of) row[field] = (record as Members)[name];
  return row as Row;
}

/** A copy of a record, of its class, to change or to compare. */
export function copyOf<R extends object>(record: R): R {
  return Object.assign(Object.create(Object.getPrototypeOf(record) as object) as R, record);
}

/** The values of the members that clients may set, by their names in a record, or in a row and its statements. Absent is null. */
export function valuesOf(
  { written }: Pick<DeclaredResource<object>, 'written'>,
  record: object,
  by: 'name' | 'field' = 'name',
): Readonly<Record<string, MemberValue>> {
  const values: Record<string, MemberValue> = {};
  for (const member of written) values[member[by]] = (record as Members)[member.name] ?? null;
  return values;
}

/**
 * Checks what a hook or a command made of a record that was `before`: each value that it changed must be one that a client could send.
 * @throws ValidationError naming each member that it must not have
 */
export function demandValid({ writable }: Declared, record: object, before: object = {}): void {
  const failures = writable.flatMap(({ name: PropertyName, kind, rules, isRequired, options }) => {
    const value = (record as Members)[PropertyName] ?? null;
    if (value === (before as Members)[PropertyName]) return [];
    const isAbsent = isRequired ? isMissing(value) : value === null;
    const Message = isAbsent ? (isRequired ? REQUIRED : undefined) : kind.fault(value, rules);
    if (Message === undefined) return [];
    return { AttemptedValue: options.secret ? null : attemptedValue(shownValue(value)), Message, PropertyName };
  });
  if (failures.length > 0) throw new ValidationError(failures);
}

/** The changes of an act for its event, as JSON: no secrets. Null when nothing changed. */
export function changesJson(
  { writable }: Declared,
  before: object | undefined,
  after: object | undefined,
): string | null {
  const names = writable.filter(({ options }) => !options.secret).map(({ name }) => name);
  const textIn =
    (record: object | undefined) =>
    (name: string): string | null => {
      const value = shownValue((record as Members | undefined)?.[name]);
      return value === null ? null : String(value);
    };
  const changes = memberChanges(names, textIn(before), textIn(after));
  return changes.length > 0 ? JSON.stringify(changes) : null;
}

/** Whether a member that clients may set differs between two states of a record, secrets included. */
export function differs({ writable }: Declared, one: object, other: object): boolean {
  const of = (record: object, name: string): unknown => shownValue((record as Members)[name]);
  return writable.some(({ name }) => of(one, name) !== of(other, name));
}
