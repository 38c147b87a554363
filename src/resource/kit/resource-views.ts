import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { instanceToPlain } from 'class-transformer';
import type { DeclaredResource } from './declared-resource.js';
import { orNull } from './member-decorators.js';
import { shownValue, type MemberValue } from './member-kinds.js';
import type { MemberDeclaration } from './member-declarations.js';
import type { ResourceRecord } from './resource-record.js';
import { textOf } from './shown-as.js';

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

/** The schema of the members that all records have, and in which order. */
const COMMON: Readonly<Record<string, object>> = {
  Id: { type: 'integer', format: 'int64', minimum: 1, example: 87_654_321 },
  UpdatedOn: { type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' },
  CreatedOn: { type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' },
  UniqueId: {
    ...{ type: String, format: 'uuid', example: '01946983-4c40-7c3a-9b1e-3d5f8a7b6c4d' },
    description: 'UUID version 7.',
  },
  UpdatedBy: {
    ...{ type: String, format: 'email', example: 'admin@example.com' },
    description: 'E-mail of the user who last wrote the record.',
  },
  IsNew: { type: Boolean, example: true, description: 'Whether the record is less than 24 hours old.' },
  SystemId: {
    ...{ type: String, nullable: true, example: 'crm-4711' },
    description: 'Free text of an external system.',
  },
  ToStringText: { type: String, example: 'text' },
  LocalizationDetails: { type: 'null', example: null },
  CustomFields: { type: 'null', example: null },
};

/** The classes that document the records of a resource. */
export function viewsOf({ name, members, hasSecrets }: DeclaredResource): ResourceViews {
  const view = documented(`${name}View`, members, () => undefined);
  if (!hasSecrets) return { view, listed: view };
  const hidden = `Null without ${name}-Read.`;
  return {
    view,
    listed: documented(`Listed${name}View`, members, ({ options }) => (options.secret ? hidden : undefined)),
  };
}

function documented(
  name: string,
  members: readonly MemberDeclaration[],
  hidden: (member: MemberDeclaration) => string | undefined,
): Type<object> {
  class View {}
  Object.defineProperty(View, 'name', { value: name });
  const document = (member: string, schema: object): void => {
    ApiProperty(schema)(View.prototype, member);
  };
  for (const member of members) {
    const { kind, rules, options, isRequired } = member;
    const isNullable = !isRequired || hidden(member) !== undefined;
    const description = [options.description, hidden(member)].filter((text) => text !== undefined).join(' ');
    const schema = { ...kind.schema(rules), example: options.example ?? kind.example(rules) };
    document(member.name, {
      ...(isNullable ? { ...orNull(schema), nullable: true } : schema),
      ...(description !== '' && { description }),
    });
  }
  for (const [member, schema] of Object.entries(COMMON)) document(member, schema);
  return View;
}

/** The view of a record. Members with `@Transform(…, { toPlainOnly: true })` are shown as that says. */
export function viewOf<R extends ResourceRecord>(resource: DeclaredResource<R>, record: R): ResourceView {
  const shown: Record<string, unknown> = {};
  const plain = resource.transformed.size > 0 ? instanceToPlain(record) : {};
  for (const { name } of resource.members) {
    const value = (record as unknown as Readonly<Record<string, MemberValue>>)[name];
    shown[name] = resource.transformed.has(name) ? (plain[name] ?? null) : shownValue(value);
  }
  return {
    ...shown,
    Id: record.Id,
    UpdatedOn: shownValue(record.UpdatedOn),
    CreatedOn: shownValue(record.CreatedOn),
    UniqueId: record.UniqueId,
    UpdatedBy: record.UpdatedBy,
    IsNew: record.IsNew,
    SystemId: record.SystemId ?? null,
    ToStringText: textOf(resource.shownAs, record),
    LocalizationDetails: null,
    CustomFields: null,
  };
}

/** The view of a record without its secrets. */
export function withoutSecrets({ members }: DeclaredResource, view: ResourceView): ResourceView {
  const secrets = members.filter(({ options }) => options.secret).map(({ name }) => [name, null]);
  return { ...view, ...(Object.fromEntries(secrets) as object) };
}
