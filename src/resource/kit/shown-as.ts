import { shownValue, TEXT, type MemberValue } from './member-kinds.js';
import type { MemberDeclaration } from './member-declarations.js';

const BRACED = /\{(\w+)\}/g;

/** The template of `ToStringText`, if a resource declares none: its first required text that is no secret. */
export function defaultTemplate(name: string, members: readonly MemberDeclaration[]): string {
  const first = members.find(({ kind, isRequired, options }) => kind === TEXT && isRequired && !options.secret);
  return first ? `{${first.name}}` : `${name} {Id}`;
}

/** The members that a template names in braces. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(BRACED)].map(([, name = '']) => name);
}

/** `ToStringText` of a record. A member that is null is nothing. */
export function textOf(template: string, record: object): string {
  return template.replaceAll(BRACED, (_, name: string) =>
    String(shownValue((record as Readonly<Record<string, MemberValue>>)[name]) ?? ''),
  );
}

/** The same in SQL, of members that are texts or whole numbers; `columns` has the SQL of each. */
export function textSql(template: string, columns: ReadonlyMap<string, string>): string {
  const parts = template.split(BRACED).map((part, n) => {
    if (n % 2 === 0) return part === '' ? [] : `'${part.replaceAll("'", "''")}'`;
    return `coalesce(${columns.get(part) ?? part}::text, '')`;
  });
  return `(${parts.flat().join(' || ')})`;
}
