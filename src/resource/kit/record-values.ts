import { memberChanges } from '../../audit/member-changes.js';
import type { DeclaredResource } from './declared-resource.js';
import { shownValue, type MemberValue } from './member-kinds.js';
import type { ResourceRecord } from './resource-record.js';
import type { Row } from './row.js';

type Members = Readonly<Record<string, MemberValue | undefined>>;

/** The members that the kit writes, beside the Id. */
const KEPT_BY_KIT = ['UniqueId', 'UpdatedBy', 'CreatedOn', 'UpdatedOn', 'IsNew'];

/** A record of the class of the resource, as a statement returned it. */
export function recordFrom<R extends ResourceRecord>({ type, writable }: DeclaredResource<R>, row: Row): R {
  const record: Record<string, unknown> = { Id: row.id };
  for (const { name } of writable) record[name] = row[name];
  for (const name of KEPT_BY_KIT) record[name] = row[name];
  return Object.assign(new type(), record);
}

/** A copy of a record, of its class, to change or to compare. */
export function copyOf<R extends ResourceRecord>(record: R): R {
  return Object.assign(Object.create(Object.getPrototypeOf(record) as object) as R, record);
}

/** The values of the members that clients may set. Absent is null. */
export function valuesOf({ writable }: DeclaredResource, record: object): Readonly<Record<string, MemberValue>> {
  return Object.fromEntries(writable.map(({ name }) => [name, (record as Members)[name] ?? null]));
}

/** The changes of an act for its event, as JSON: no secrets. Null when nothing changed. */
export function changesJson(
  { writable }: DeclaredResource,
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
export function differs({ writable }: DeclaredResource, one: object, other: object): boolean {
  const of = (record: object, name: string): unknown => shownValue((record as Members)[name]);
  return writable.some(({ name }) => of(one, name) !== of(other, name));
}
