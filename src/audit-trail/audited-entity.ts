import type { AuditKind } from '../audit/audit-event.js';
import type { MemberChange } from '../audit/member-change.js';

/** The entity that a kind of event is about, and the action. An event about a resource of the kit names the resource itself. */
interface AuditedEntity {
  readonly EntityShortName: string;
  /** 1 create, 2 update, 3 delete; null when nothing was written. */
  readonly AuditType: 1 | 2 | 3 | null;
}

const entity = (EntityShortName: string, AuditType: AuditedEntity['AuditType'] = null): AuditedEntity => ({
  EntityShortName,
  AuditType,
});

/** The entity and action by kind of event. A sign-in creates a session, and the end of a session deletes it, even if its record stays. */
const ENTITIES: Readonly<Record<string, AuditedEntity>> = {
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
  // Its event always names the resource.
  'command-run': entity('Command'),
  'user-added': entity('User', 1),
  'user-changed': entity('User', 2),
  'user-erased': entity('User', 3),
  'user-exported': entity('User'),
  'erasure-completed': entity('User'),
  'user-tampered': entity('User'),
  'password-change-refused': entity('User'),
  'recovery-code-used': entity('User', 2),
  'audit-damaged': entity('AuditTrailEntry'),
  'signing-key-rotated': entity('SigningKey', 1),
  'audit-trail-read': entity('AuditTrailEntry'),
  'basic-sign-in': entity('User'),
  'token-introspected': entity('RefreshToken'),
};

/** Of a kind that a module of a team registers. Its event may name the resource. */
const OTHER = entity('Event');

/** These reasons name a role of a user that was granted or withdrawn. */
const GRANTED = 'granted ';
const WITHDREW = 'withdrew ';

/** The columns of an event that the members of Nexudus's audit trail depend on (contract 4). A member that does not apply is null. */
export interface Audited {
  readonly kind: AuditKind;
  readonly userAgent: string | null;
  readonly reason: string | null;
  readonly recordIds: readonly number[];
  readonly resource: string | null;
  readonly changes: readonly MemberChange[] | null;
}

/** The entity that the event is about. */
export function entityShortNameOf({ kind, resource }: Audited): string {
  return resource ?? (ENTITIES[kind] ?? OTHER).EntityShortName;
}

/** Id of the record, when there is exactly one. */
export function entityIdOf({ recordIds: [recordId, ...others] }: Audited): number | null {
  return recordId !== undefined && others.length === 0 ? recordId : null;
}

/** What the event did to its entity. */
export function auditTypeOf({ kind }: Audited): AuditedEntity['AuditType'] {
  return (ENTITIES[kind] ?? OTHER).AuditType;
}

/** What the event changed, if it changed exactly one member, or a role of a user. */
export function onlyChangeOf({ kind, reason, changes }: Audited): MemberChange | undefined {
  const valueAfter = (word: string): string | null =>
    kind === 'user-changed' && reason?.startsWith(word) ? reason.slice(word.length) : null;
  const role = { OldValue: valueAfter(WITHDREW), NewValue: valueAfter(GRANTED) };
  if (role.OldValue !== null || role.NewValue !== null) return { PropertyName: 'Roles', ...role };
  return changes?.length === 1 ? changes[0] : undefined;
}

/** The same in SQL, for a row of the audit trail. */
export const ENTITY_SQL = {
  EntityShortName: `coalesce(resource, ${byKind(({ EntityShortName }) => `'${EntityShortName}'`)})`,
  EntityId: '(CASE WHEN cardinality(record_ids) = 1 THEN record_ids[1] END)',
  AuditType: byKind(({ AuditType }) => String(AuditType)),
  PropertyName: `(CASE WHEN ${hasReason(GRANTED)} OR ${hasReason(WITHDREW)} THEN 'Roles' ELSE ${ofOnlyChange('PropertyName')} END)`,
  OldValue: valueSql(WITHDREW, 'OldValue'),
  NewValue: valueSql(GRANTED, 'NewValue'),
  /** The names of the members that changed, as an array; null where the event has no changes. */
  Changes: "(SELECT array_agg(change->>'PropertyName') FROM jsonb_array_elements(changes) change)",
} as const;

function byKind(valueOf: (entity: AuditedEntity) => string): string {
  const cases = Object.entries(ENTITIES).map(([kind, of]) => `WHEN '${kind}' THEN ${valueOf(of)}`);
  return `(CASE kind ${cases.join(' ')} ELSE ${valueOf(OTHER)} END)`;
}

function hasReason(word: string): string {
  return `kind = 'user-changed' AND reason ^@ '${word}'`;
}

function valueSql(word: string, member: keyof MemberChange): string {
  return `(CASE WHEN ${hasReason(word)} THEN substr(reason, ${word.length + 1}) ELSE ${ofOnlyChange(member)} END)`;
}

/** Of an event that changed exactly one member. */
function ofOnlyChange(member: keyof MemberChange): string {
  return `CASE WHEN jsonb_array_length(changes) = 1 THEN changes->0->>'${member}' END`;
}
