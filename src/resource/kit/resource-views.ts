import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { instanceToPlain } from 'class-transformer';
import type { DeclaredResource } from './declared-resource.js';
import { orNull } from './member-decorators.js';
import { shownValue } from './member-kinds.js';
import type { MemberDeclaration } from './member-declarations.js';
import { rowFrom } from './record-values.js';
import type { Row } from './row.js';

/**
 * A record as clients see it: the members of the resource, then those that all records have, nulls written out (contract 1.1).
 * @publicApi
 */
export type ResourceView = Readonly<Record<string, unknown>> & { readonly Id: number };

/** The classes that document the records of a resource. */
export interface ResourceViews {
  readonly view: Type<object>;
  /** A record in a search: its secrets are null for users who may not read records by id. */
  readonly listed: Type<object>;
}

/** The classes that document the records of a resource. */
export function viewsOf({ name, all, hasSecrets, hidden }: DeclaredResource<object>): ResourceViews {
  const view = documented(`${name}View`, all, ({ options }) => options.description);
  if (!hasSecrets) return { view, listed: view };
  const described = ({ options: { secret, description } }: MemberDeclaration): string | undefined =>
    secret ? (hidden ?? [description, `Null without ${name}-Read.`].filter(Boolean).join(' ')) : description;
  const listed = all.map((member) => (member.options.secret ? { ...member, isRequired: false } : member));
  return { view, listed: documented(`Listed${name}View`, listed, described) };
}

function documented(
  name: string,
  members: readonly MemberDeclaration[],
  described: (member: MemberDeclaration) => string | undefined,
): Type<object> {
  class View {}
  Object.defineProperty(View, 'name', { value: name });
  for (const member of members) {
    const { kind, rules, isRequired } = member;
    const { schema, example = schema ? undefined : kind.example(rules) } = member.options;
    const shown = { ...(schema ?? kind.schema(rules)), ...(example !== undefined && { example }) };
    const description = described(member);
    ApiProperty({
      ...(isRequired ? shown : { ...orNull(shown), nullable: true }),
      ...(description !== undefined && { description }),
    })(View.prototype, member.name);
  }
  return View;
}

/** The view of a row. */
export function viewOf({ shown }: DeclaredResource<object>, row: Row): ResourceView {
  const view: Record<string, unknown> = {};
  for (const { name, field, of } of shown) view[name] = of ? of(row) : shownValue(row[field]);
  return view as ResourceView;
}

/** The view of a record. Members with `@Transform(…, { toPlainOnly: true })` are shown as that says. */
export function viewOfRecord(resource: DeclaredResource<object>, record: object): ResourceView {
  const view: Record<string, unknown> & { readonly Id: number } = { ...viewOf(resource, rowFrom(resource, record)) };
  if (resource.transformed.size === 0) return view;
  const plain = instanceToPlain(record);
  for (const name of resource.transformed) view[name] = plain[name] ?? null;
  return view;
}
