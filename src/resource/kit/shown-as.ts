import { shownValue, TEXT } from './member-kinds.js';
import type { MemberDeclaration } from './member-declarations.js';
import type { Row } from './row.js';

const BRACED = /\{(\w+)\}/g;

/** The template of `ToStringText`, and the members that it may name. */
interface Template {
  readonly shownAs: string;
  readonly members: readonly MemberDeclaration[];
}

/** The template of `ToStringText`, if a resource declares none: its first required text that is no secret. */
export function defaultTemplate(name: string, members: readonly MemberDeclaration[]): string {
  const first = members.find(({ kind, isRequired, options }) => kind === TEXT && isRequired && !options.secret);
  return first ? `{${first.name}}` : `${name} {Id}`;
}

/** The members that a template names in braces. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(BRACED)].map(([, name = '']) => name);
}

/** Makes the function that returns the `ToStringText` of a row. A member that is null is nothing. */
export function textOf(template: string, fieldOf: (name: string) => string): (row: Row) => string {
  const [first = '', ...rest] = template.split(BRACED);
  const values = rest.flatMap((part, n) => (n % 2 === 0 ? { field: fieldOf(part), after: rest[n + 1] ?? '' } : []));
  return (row) => {
    let text = first;
    for (const { field, after } of values) text += String(shownValue(row[field]) ?? '') + after;
    return text;
  };
}

/** `ToStringText` of the record of the documentation. */
export function exampleOf({ shownAs, members }: Template): string {
  return shownAs.replaceAll(BRACED, (_, part: string) => {
    const member = members.find(({ name }) => name === part);
    return String(member ? (member.options.example ?? member.kind.example(member.rules)) : 1);
  });
}

/** The same in SQL, of members that are texts or whole numbers. */
export function textSql({ shownAs, members }: Template): string {
  const parts = shownAs.split(BRACED).map((part, n) => {
    if (n % 2 === 0) return part === '' ? [] : `'${part.replaceAll("'", "''")}'`;
    const member = members.find(({ name }) => name === part);
    const sql = member ? `"${member.column}"` : 'id';
    // The expression of an index must be the same.
    return member?.kind.sql === 'text' && member.isRequired ? sql : `coalesce(${sql}::text, '')`;
  });
  return parts.flat().join(' || ');
}
