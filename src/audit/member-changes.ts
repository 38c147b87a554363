import { firstCharacters } from '../kernel/text.js';
import type { MemberChange } from './member-change.js';

/** A value of the trail has at most so many characters. */
const LONGEST = 1_000;

/** The members whose values differ before and after an act. Without a record before or after, its values are null. */
export function memberChanges(
  names: readonly string[],
  before: (name: string) => string | null,
  after: (name: string) => string | null,
): MemberChange[] {
  return names.flatMap((PropertyName) => {
    const [OldValue, NewValue] = [before(PropertyName), after(PropertyName)];
    return OldValue === NewValue ? [] : { PropertyName, OldValue: cut(OldValue), NewValue: cut(NewValue) };
  });
}

/** The same in SQL, of a row before and a row after: the SQL of a text by the name of its member, for an alias. Null if nothing differs. */
export function memberChangesSql(
  texts: Readonly<Record<string, (alias: string) => string>>,
  before: string,
  after: string,
): string {
  const rows = Object.entries(texts).map(([name, text]) => `('${name}', ${text(before)}, ${text(after)})`);
  return `(SELECT jsonb_agg(jsonb_build_object('PropertyName', member, 'OldValue', left(old_value, ${LONGEST}),
        'NewValue', left(new_value, ${LONGEST})))
      FROM (VALUES ${rows.join(', ')}) AS of_member (member, old_value, new_value) WHERE old_value IS DISTINCT FROM new_value)`;
}

/** SQL: a time as the contract writes it (1.2). */
export function dateTimeSql(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

function cut(value: string | null): string | null {
  return value === null ? null : firstCharacters(value, LONGEST);
}
