import { ApiProperty } from '@nestjs/swagger';
import { Column, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { MemberChange } from '../audit/member-change.js';
import { NOW_SECOND } from '../database/now-second.js';
import { deviceOf } from '../kernel/device.js';
import { declaredResource } from '../resource/kit/declared-resource.js';
import { Shown } from '../resource/kit/member-decorators.js';
import type { ShownOptions } from '../resource/kit/member-declarations.js';
import { CHOICE, DATE_TIME, REFERENCE, TEXT, UUID } from '../resource/kit/member-kinds.js';
import { OwnResource } from '../resource/kit/resource.decorator.js';
import {
  auditTypeOf,
  ENTITY_SQL,
  entityIdOf,
  entityShortNameOf,
  onlyChangeOf,
  type Audited,
} from './audited-entity.js';

const text = (example: string, description?: string): ShownOptions => ({
  ...{ searchable: true, example },
  ...(description !== undefined && { description }),
});
const optional = (example: string, description?: string): ShownOptions => ({
  ...text(example, description),
  required: false,
});
const orderable = { orderable: true } as const;
const unsearchable = { searchable: false } as const;
const computed = (of: (event: Audited) => unknown, sql: string): ShownOptions => ({
  of: of as unknown as NonNullable<ShownOptions['of']>,
  sql,
});
const integer = { type: 'integer', format: 'int64' } as const;

/** A member that an act changed, as clients see it. */
class MemberChangeView implements MemberChange {
  @ApiProperty({ type: String, example: 'ExpiresOn' })
  readonly PropertyName!: string;

  @ApiProperty({ type: String, nullable: true, example: '2030-01-31T12:00:00Z' })
  readonly OldValue!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '2030-02-28T12:00:00Z' })
  readonly NewValue!: string | null;
}

/**
 * An event of the audit trail: its columns, and how clients see and search it. Nothing but the erasure of a person changes events. They contain
 * no secret, token or ticket.
 */
@OwnResource({
  ...{ name: 'AuditTrailEntry', plural: 'AuditTrailEntries' },
  ...{ path: 'api/sys/audittrailentries', table: 'audit_trail_entries' },
  ...{ operations: ['search'], isReadOnly: true, isCamelCase: true },
})
@Index('audit_trail_entries_subject', ['Subject', 'Id'])
@Index('audit_trail_entries_session_id', ['SessionId', 'Id'])
@Index('audit_trail_entries_created_on', ['CreatedOn', 'Id'])
// An index of an expression. Only the migration can declare it.
@Index('audit_trail_entries_ends_by_request', { synchronize: false })
@Index('audit_trail_entries_ended_sessions', ['Id'], { where: `kind = 'session-ended'` })
@Index('audit_trail_entries_checks', ['Id'], { where: `kind IN ('audit-damaged', 'audit-verified')` })
export class AuditTrailEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', name: 'id', generatedIdentity: 'ALWAYS' })
  @Shown(REFERENCE, { searchable: true, searchedAfter: 'LastRequestId', example: 4711 })
  readonly Id!: number;

  @Column({ type: 'timestamptz', name: 'created_on', insert: false, default: () => NOW_SECOND })
  @Shown(DATE_TIME, { searchable: true, onlyRange: true, ...orderable, example: '2025-01-15T10:30:00Z' })
  readonly CreatedOn!: Date;

  @Shown(CHOICE, { ...text('session-ended'), ...orderable, schema: { type: String } })
  readonly Kind!: string;

  @Shown(TEXT, { ...text('admin@example.com', 'Who acted.'), ...orderable })
  readonly Actor!: string;

  @Shown(TEXT, { ...optional('deleted', 'Why.'), ...orderable, searchedAfter: 'SessionId' })
  readonly Reason!: string | null;

  @Shown(TEXT, { ...optional('ada@example.com', 'The user whom the event is about.'), ...orderable })
  readonly Subject!: string | null;

  @Shown(TEXT, { ...optional('mobile-app'), ...orderable })
  readonly ClientId!: string | null;

  @Shown(UUID, {
    ...optional(
      '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d',
      'UniqueId of the session: that of its RefreshToken, and the `sid` of its access tokens.',
    ),
    ...orderable,
  })
  readonly SessionId!: string | null;

  @Column({ type: 'bigint', name: 'record_ids', array: true })
  @Shown(REFERENCE, {
    schema: { type: 'array', items: integer },
    example: [87_654_321],
    description:
      'Ids of the records that the event is about: RefreshTokens, or records of the resource that EntityShortName names.',
  })
  readonly RecordIds!: readonly number[];

  @Shown(TEXT, { ...optional('192.0.2.7', 'The IP address that the request came from.'), ...orderable })
  readonly Address!: string | null;

  @Shown(TEXT, { ...optional('curl/8.5.0'), ...unsearchable })
  readonly UserAgent!: string | null;

  @Shown(TEXT, {
    ...optional('curl 8.5.0', 'The browser or program, and the machine, as the user agent names them.'),
    ...unsearchable,
    ...{ of: (({ userAgent }: Audited) => deviceOf(userAgent)) as unknown as NonNullable<ShownOptions['of']> },
  })
  readonly Device!: string | null;

  @Shown(TEXT, {
    ...optional('4f8b1c1e-6a57-4a8e-9a3c-0d2f4b6a8c1e', 'The `X-Request-Id` of the request that caused the event.'),
    ...orderable,
  })
  readonly RequestId!: string | null;

  @Shown(
    TEXT,
    optional(
      '198.51.100.20',
      'The IP address from which the session’s token was last redeemed before this event, by sign-in or refresh.',
    ),
  )
  readonly LastAddress!: string | null;

  @Shown(TEXT, { ...optional('Mozilla/5.0'), ...unsearchable })
  readonly LastUserAgent!: string | null;

  @Shown(TEXT, optional('9a6d2c0e-1b7f-4c1d-8a55-6e0f3b2d7c90', 'The `X-Request-Id` of that redemption.'))
  readonly LastRequestId!: string | null;

  @Shown(DATE_TIME, { ...optional('2025-01-15T10:29:00Z'), ...unsearchable })
  readonly LastRedeemedOn!: Date | null;

  /** The resource of the records. Null where the kind of the event says it. */
  @Column({ type: 'text', name: 'resource', collation: 'C', nullable: true })
  readonly resource!: string | null;

  @Shown(TEXT, {
    ...text('RefreshToken', 'The entity that the event is about, by its Nexudus name.'),
    ...computed(entityShortNameOf, ENTITY_SQL.EntityShortName),
  })
  readonly EntityShortName!: string;

  @Shown(REFERENCE, {
    ...{ searchable: true, required: false, schema: integer, example: 87_654_321 },
    description:
      'Id of the record that the event is about. Null for several records, for none, and for entities without Id.',
    ...computed(entityIdOf, ENTITY_SQL.EntityId),
  })
  readonly EntityId!: number | null;

  @Shown(REFERENCE, {
    ...{ searchable: true, required: false, example: 3 },
    schema: { type: 'integer', format: 'int32', enum: [1, 2, 3] },
    description: '1 create, 2 update, 3 delete; null when nothing was written.',
    ...computed(auditTypeOf, ENTITY_SQL.AuditType),
  })
  readonly AuditType!: 1 | 2 | 3 | null;

  @Shown(TEXT, {
    ...optional('Roles', 'The property that changed, if exactly one changed. Otherwise see Changes.'),
    ...computed((event) => onlyChangeOf(event)?.PropertyName ?? null, ENTITY_SQL.PropertyName),
  })
  readonly PropertyName!: string | null;

  @Shown(TEXT, {
    ...optional('RefreshToken-Read', 'Its value before, or the role that was withdrawn.'),
    ...computed((event) => onlyChangeOf(event)?.OldValue ?? null, ENTITY_SQL.OldValue),
  })
  readonly OldValue!: string | null;

  @Shown(TEXT, {
    ...optional('RefreshToken-List', 'Its value after, or the role that was granted.'),
    ...computed((event) => onlyChangeOf(event)?.NewValue ?? null, ENTITY_SQL.NewValue),
  })
  readonly NewValue!: string | null;

  @Shown(TEXT, {
    ...text('admin@example.com', 'The same as Actor, under its Nexudus name.'),
    ...{ of: ({ actor }) => actor, sql: 'actor' },
  })
  readonly ActionBy!: string;

  @Column({ type: 'jsonb', name: 'changes', nullable: true })
  @Shown(TEXT, {
    ...{ searchable: true, isNullable: true, isList: true, schema: { type: [MemberChangeView] } },
    description: 'The members that a write of a record changed, without secrets. Long values are cut.',
    ...{ of: ({ changes }) => changes ?? [], sql: ENTITY_SQL.Changes },
  })
  readonly Changes!: readonly MemberChange[] | null;
}

export const AUDIT_TRAIL_ENTRIES = declaredResource(AuditTrailEntry);

/** The position of an event in the order of time and Id. */
export interface Position {
  readonly createdOn: Date;
  readonly id: number;
}
