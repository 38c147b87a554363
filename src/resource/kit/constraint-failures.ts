import { DatabaseError } from 'pg';
import { failedMember } from '../../kernel/validation-error.js';
import type { DeclaredResource } from './declared-resource.js';
import { optionsOf } from './resource.decorator.js';

const UNIQUE = '23505';
const FOREIGN_KEY = '23503';

/**
 * What a refused write means for the client: a value that another record has, an Id that no record has, or a record that others refer to. Each is
 * a failed validation that names the member (contract 1.4). Other errors are returned as they are.
 */
export function failureOf(error: unknown, { name, table, writable }: DeclaredResource<object>, sent: object): unknown {
  if (!(error instanceof DatabaseError) || (error.code !== UNIQUE && error.code !== FOREIGN_KEY)) return error;
  // The detail is in the language of the server, and names the column as `(code)=`.
  const column = /\("?(\w+)"?(?:, "?id"?)?\)=\(/.exec(error.detail ?? '')?.[1];
  // A record may also refer to others of its own table.
  if (error.table !== table || column === 'id') return inUse(error, sent);
  const member = writable.find((each) => each.column === column);
  if (!member) return error;
  const Message =
    error.code === UNIQUE
      ? `is the same as that of another ${name}`
      : `there is no ${optionsOf(member.rules.to?.() ?? {})?.name ?? 'record'} with this Id`;
  return failedMember(member.name, (sent as Readonly<Record<string, unknown>>)[member.name], Message);
}

/** A deletion that another table forbids. */
function inUse(error: DatabaseError, sent: object): unknown {
  if (error.code !== FOREIGN_KEY) return error;
  const { Id } = sent as { readonly Id?: number };
  return failedMember('Id', Id, 'is the Id of a record to which other records refer');
}
