import { rowOf, statement } from '../database/statement.js';
import type { Parameters, ValuesOf } from '../database/named-parameters.js';
import type { Row } from '../resource/kit/row.js';
import { ENTRY } from './entry.statements.js';

/**
 * A person: the name, the name as a text of JSON, the sessions, and the pseudonym. Events of a refused token name the session alone. An export has
 * no pseudonym: the empty text.
 */
const PERSON = { name: 'text', quoted: 'text', sessions: 'uuid[]', pseudonym: 'text' } as const;
export type PersonValues = ValuesOf<typeof PERSON>;

const IS_SUBJECT = 'e.subject = :name';
/** SQL: whether an event `e` without a subject is about a session of the person. */
const IS_OF_SESSION = 'e.subject IS NULL AND e.session_id = ANY (:sessions)';
/** SQL: the same, unless the event was erased before. */
const NAMES_SESSION = `${IS_OF_SESSION} AND coalesce(e.address, e.user_agent, e.last_address, e.last_user_agent) <> :pseudonym::text`;
/** SQL: whether an event names the person, or lists a change from or to the name. */
const NAMES = `(${IS_SUBJECT} OR e.actor = :name OR e.client_id = :name OR strpos(e.changes::text, :quoted) > 0 OR ${NAMES_SESSION})`;

const IS_ABOUT = `(${IS_SUBJECT} OR ${IS_OF_SESSION})`;
/** SQL: whether the request of an event was the person's: by name, or about the person by a sender who is not named. */
const SENT = `(e.actor = :name OR e.actor IN ('unknown', 'client') AND ${IS_ABOUT})`;

/** SQL: the value of a column that is about the person on a condition: then the pseudonym, unless it is null. */
function replaced(column: string, condition: string): string {
  return `${column} = CASE WHEN e.${column} IS NOT NULL AND ${condition} THEN :pseudonym::text ELSE e.${column} END`;
}

/** SQL: a value of a member that describes the person, if it is not null. */
const described = (value: string): string =>
  `'${value}', CASE WHEN change->>'${value}' IS NOT NULL THEN :pseudonym::text END`;

/** SQL: the members that an event changed, with the pseudonym in the place of the name, and of what the user's record says of the person. */
const CHANGES = `(SELECT jsonb_agg(CASE
      WHEN e.resource = 'User' AND ${IS_SUBJECT} AND change->>'PropertyName' IN ('Email', 'FullName', 'SystemId')
      THEN change || jsonb_build_object(${described('OldValue')}, ${described('NewValue')}) ELSE change END ORDER BY place)
    FROM jsonb_array_elements(replace(e.changes::text, :quoted, :quotedPseudonym)::jsonb) WITH ORDINALITY AS c (change, place))`;

/** Makes a statement that replaces what events say of the person, and returns how many events it changed, and when. */
function eraseEvents<const P extends Parameters>(name: string, where: string, parameters: P) {
  return statement({
    name,
    parameters: { ...PERSON, quotedPseudonym: 'text', ...parameters },
    returns: rowOf<{ count: number; erasedOn: number }>(),
    text: `WITH erased AS (
      UPDATE audit_trail_entries e SET
        subject = CASE WHEN ${IS_SUBJECT} THEN :pseudonym::text ELSE e.subject END,
        actor = CASE WHEN e.actor = :name THEN :pseudonym::text ELSE e.actor END,
        client_id = CASE WHEN e.client_id = :name THEN :pseudonym::text ELSE e.client_id END,
        ${replaced('address', SENT)}, ${replaced('user_agent', SENT)},
        ${replaced('last_address', IS_ABOUT)}, ${replaced('last_user_agent', IS_ABOUT)},
        changes = coalesce(${CHANGES}, e.changes)
      WHERE ${where} AND ${NAMES} RETURNING e.id)
    SELECT count(*)::int AS count, extract(epoch FROM date_trunc('second', now()))::float8 AS "erasedOn" FROM erased`,
  });
}

/** Changes the events of a sealed range. */
export const ERASE_RANGE = eraseEvents('audit-erase-range', 'e.id BETWEEN :fromId AND :toId', {
  fromId: 'bigint',
  toId: 'bigint',
} as const);

/** Changes events that have no seal. */
export const ERASE_UNSEALED = eraseEvents(
  'audit-erase-unsealed',
  `e.id > :after AND e.id <= :upTo AND e.id > (SELECT coalesce(max(to_id), 0) FROM audit_seals)`,
  { after: 'bigint', upTo: 'bigint' } as const,
);

/** The seals after a seal whose events exist, and whether an event of each names the person. */
export const SEALS_NAMING = statement({
  name: 'audit-erase-seals',
  parameters: { after: 'bigint', limit: 'bigint', ...PERSON },
  returns: rowOf<{ id: number; isNaming: boolean }>(),
  text: `SELECT s.id, EXISTS (SELECT FROM audit_trail_entries e WHERE e.id BETWEEN s.from_id AND s.to_id AND ${NAMES}) AS "isNaming"
    FROM (SELECT * FROM audit_seals WHERE id > :after AND pruned_on IS NULL ORDER BY id LIMIT :limit) s ORDER BY s.id`,
});

/** Locks a seal whose events exist, and these events, so that nobody changes them until the transaction ends. */
export const LOCK_RANGE = statement({
  name: 'audit-erase-lock',
  parameters: { id: 'bigint' },
  returns: rowOf<{ id: number }>(),
  text: `WITH seal AS MATERIALIZED (SELECT * FROM audit_seals WHERE id = :id AND pruned_on IS NULL FOR UPDATE)
    SELECT e.id FROM seal JOIN audit_trail_entries e ON e.id BETWEEN seal.from_id AND seal.to_id FOR UPDATE OF e`,
});

/** Stores the erasures of a seal with their MAC. */
export const NOTE_ERASURES = statement({
  name: 'audit-erase-note',
  parameters: { id: 'bigint', erasures: 'text', erasedMac: 'text' },
  text: 'UPDATE audit_seals SET erasures = :erasures::text::jsonb, erased_mac = :erasedMac WHERE id = :id',
});

/** Who made erasures. Returns no row for one whose event was deleted. */
export const ERASERS = statement({
  name: 'audit-erasers',
  parameters: { pseudonyms: 'text[]' },
  returns: rowOf<{ pseudonym: string; by: string }>(),
  text: `SELECT subject AS pseudonym, actor AS by FROM audit_trail_entries WHERE subject = ANY (:pseudonyms) AND kind = 'user-erased'`,
});

/** The sessions that the events about a person name, before or after an erasure. */
export const SESSIONS_NAMED = statement({
  name: 'audit-person-sessions',
  parameters: { subjects: 'text[]' },
  returns: rowOf<{ sessionId: string }>(),
  text: `SELECT DISTINCT session_id AS "sessionId" FROM audit_trail_entries
    WHERE subject = ANY (:subjects) AND session_id IS NOT NULL`,
});

/** The last id of the next events after an id; null when there are none. */
export const END_OF_IDS = statement({
  name: 'audit-person-page-end',
  parameters: { after: 'bigint', size: 'bigint' },
  returns: rowOf<{ upTo: number | null }>(),
  text: `SELECT max(id) AS "upTo" FROM (SELECT id FROM audit_trail_entries WHERE id > :after ORDER BY id LIMIT :size) page`,
});

/** The events of a range of ids that name the person. */
export const EVENTS_NAMING = statement({
  name: 'audit-person-page',
  parameters: { after: 'bigint', upTo: 'bigint', ...PERSON },
  returns: rowOf<Row>(),
  text: `SELECT ${ENTRY} FROM audit_trail_entries e WHERE e.id > :after AND e.id <= :upTo AND ${NAMES} ORDER BY e.id`,
});
