import type { AuditKind } from '../audit/audit-event.js';

/** Which entity a kind of event is about, and what was done to it. */
interface AuditedEntity {
  readonly EntityShortName: string;
  /** 1 create, 2 update, 3 delete; null when nothing was written. */
  readonly AuditType: 1 | 2 | 3 | null;
}

/** What an event says in the members that Nexudus's audit trail has (contract 4). */
interface EntityMembers extends AuditedEntity {
  /** Id of the record, when there is exactly one. */
  readonly EntityId: number | null;
  readonly PropertyName: string | null;
  readonly OldValue: string | null;
  readonly NewValue: string | null;
  readonly ActionBy: string;
}

const entity = (EntityShortName: string, AuditType: AuditedEntity['AuditType'] = null): AuditedEntity => ({
  EntityShortName,
  AuditType,
});

/** By kind. A sign-in creates a session and the end of a session deletes it, whether or not a record stays. */
const ENTITIES: Readonly<Record<AuditKind, AuditedEntity>> = {
  login: entity('RefreshToken', 1),
  'login-failed': entity('User'),
  'refresh-retried': entity('RefreshToken'),
  'refresh-refused': entity('RefreshToken'),
  'refreshed-elsewhere': entity('RefreshToken'),
  'session-ended': entity('RefreshToken', 3),
  'record-created': entity('RefreshToken', 1),
  'record-read': entity('RefreshToken'),
  'record-updated': entity('RefreshToken', 2),
  'record-deleted': entity('RefreshToken', 3),
  'user-added': entity('User', 1),
  'user-changed': entity('User', 2),
  'user-tampered': entity('User'),
  'audit-damaged': entity('AuditTrailEntry'),
  'signing-key-rotated': entity('SigningKey', 1),
  'audit-trail-read': entity('AuditTrailEntry'),
  'basic-sign-in': entity('User'),
  'token-introspected': entity('RefreshToken'),
};

/** The reasons that name one property and its value: roles of a user. */
const GRANTED = 'granted ';
const WITHDREW = 'withdrew ';

/** An event as far as those members depend on it. */
interface Audited {
  readonly kind: AuditKind;
  readonly reason: string | null;
  readonly recordIds: readonly number[];
  readonly actor: string;
}

/** The members that Nexudus's audit trail has, filled where they have a meaning here. */
export function entityOf({ kind, reason, recordIds, actor }: Audited): EntityMembers {
  const [recordId, ...others] = recordIds;
  const valueAfter = (word: string): string | null =>
    kind === 'user-changed' && reason?.startsWith(word) ? reason.slice(word.length) : null;
  const OldValue = valueAfter(WITHDREW);
  const NewValue = valueAfter(GRANTED);
  return {
    EntityShortName: ENTITIES[kind].EntityShortName,
    EntityId: recordId !== undefined && others.length === 0 ? recordId : null,
    AuditType: ENTITIES[kind].AuditType,
    PropertyName: OldValue === null && NewValue === null ? null : 'Roles',
    OldValue,
    NewValue,
    ActionBy: actor,
  };
}

/** SQL: what `entityOf` says, of a row of the audit trail. */
export const ENTITY_SQL = {
  EntityShortName: byKind(({ EntityShortName }) => `'${EntityShortName}'`),
  EntityId: '(CASE WHEN cardinality(record_ids) = 1 THEN record_ids[1] END)',
  AuditType: byKind(({ AuditType }) => String(AuditType)),
  PropertyName: `(CASE WHEN ${hasReason(GRANTED)} OR ${hasReason(WITHDREW)} THEN 'Roles' END)`,
  OldValue: valueAfterSql(WITHDREW),
  NewValue: valueAfterSql(GRANTED),
  ActionBy: 'actor',
} as const;

function byKind(valueOf: (entity: AuditedEntity) => string): string {
  const cases = Object.entries(ENTITIES).map(([kind, of]) => `WHEN '${kind}' THEN ${valueOf(of)}`);
  return `(CASE kind ${cases.join(' ')} END)`;
}

function hasReason(word: string): string {
  return `kind = 'user-changed' AND reason ^@ '${word}'`;
}

function valueAfterSql(word: string): string {
  return `(CASE WHEN ${hasReason(word)} THEN substr(reason, ${word.length + 1}) END)`;
}
