import { ApiProperty } from '@nestjs/swagger';
import type { SearchDefinition } from '../resource/search-parameters.js';
import { formatDateTime } from '../kernel/date-time.js';
import type { AuditKind } from '../audit/audit-event.js';
import type { MemberChange } from '../audit/member-change.js';
import type { AuditTrailEntry } from './audit-trail-entry.entity.js';
import { entityOf } from './audited-entity.js';

const optional = (example: string, description?: string): PropertyDecorator =>
  ApiProperty({ type: String, nullable: true, example, ...(description && { description }) });

/** A member that an act changed, as clients see it. */
class MemberChangeView implements MemberChange {
  @ApiProperty({ type: String, example: 'ExpiresOn' })
  readonly PropertyName!: string;

  @optional('2030-01-31T12:00:00Z')
  readonly OldValue!: string | null;

  @optional('2030-02-28T12:00:00Z')
  readonly NewValue!: string | null;
}

/** An event of the audit trail, as clients see it. */
export class AuditTrailEntryView {
  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 4711 })
  readonly Id!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' })
  readonly CreatedOn!: string;

  @ApiProperty({ type: String, example: 'session-ended' })
  readonly Kind!: AuditKind;

  @ApiProperty({ type: String, example: 'admin@example.com', description: 'Who acted.' })
  readonly Actor!: string;

  @optional('deleted', 'Why.')
  readonly Reason!: string | null;

  @optional('ada@example.com', 'The user whom the event is about.')
  readonly Subject!: string | null;

  @optional('mobile-app')
  readonly ClientId!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d',
    description: 'UniqueId of the session: that of its RefreshToken, and the `sid` of its access tokens.',
  })
  readonly SessionId!: string | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'integer', format: 'int64' },
    example: [87_654_321],
    description:
      'Ids of the records that the event is about: RefreshTokens, or records of the resource that EntityShortName names.',
  })
  readonly RecordIds!: readonly number[];

  @optional('192.0.2.7', 'The IP address that the request came from.')
  readonly Address!: string | null;

  @optional('curl/8.5.0')
  readonly UserAgent!: string | null;

  @optional('4f8b1c1e-6a57-4a8e-9a3c-0d2f4b6a8c1e', 'The `X-Request-Id` of the request that caused the event.')
  readonly RequestId!: string | null;

  @optional(
    '198.51.100.20',
    'The IP address from which the session’s token was last redeemed before this event, by sign-in or refresh.',
  )
  readonly LastAddress!: string | null;

  @optional('Mozilla/5.0')
  readonly LastUserAgent!: string | null;

  @optional('9a6d2c0e-1b7f-4c1d-8a55-6e0f3b2d7c90', 'The `X-Request-Id` of that redemption.')
  readonly LastRequestId!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2025-01-15T10:29:00Z' })
  readonly LastRedeemedOn!: string | null;

  @ApiProperty({
    type: String,
    example: 'RefreshToken',
    description: 'The entity that the event is about, by its Nexudus name.',
  })
  readonly EntityShortName!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    nullable: true,
    example: 87_654_321,
    description:
      'Id of the record that the event is about. Null for several records, for none, and for entities without Id.',
  })
  readonly EntityId!: number | null;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    enum: [1, 2, 3, null],
    nullable: true,
    example: 3,
    description: '1 create, 2 update, 3 delete; null when nothing was written.',
  })
  readonly AuditType!: 1 | 2 | 3 | null;

  @optional('Roles', 'The property that changed, if exactly one changed. Otherwise see Changes.')
  readonly PropertyName!: string | null;

  @optional('RefreshToken-Read', 'Its value before, or the role that was withdrawn.')
  readonly OldValue!: string | null;

  @optional('RefreshToken-List', 'Its value after, or the role that was granted.')
  readonly NewValue!: string | null;

  @ApiProperty({
    type: String,
    example: 'admin@example.com',
    description: 'The same as Actor, under its Nexudus name.',
  })
  readonly ActionBy!: string;

  @ApiProperty({
    type: [MemberChangeView],
    description: 'The members that a write of a record changed, without secrets. Long values are cut.',
  })
  readonly Changes!: readonly MemberChange[];

  /** The view of a stored event. */
  static of(entry: AuditTrailEntry): AuditTrailEntryView {
    return {
      Id: entry.id,
      CreatedOn: formatDateTime(entry.createdOn),
      Kind: entry.kind,
      Actor: entry.actor,
      Reason: entry.reason,
      Subject: entry.subject,
      ClientId: entry.clientId,
      SessionId: entry.sessionId,
      RecordIds: entry.recordIds,
      Address: entry.address,
      UserAgent: entry.userAgent,
      RequestId: entry.requestId,
      LastAddress: entry.lastAddress,
      LastUserAgent: entry.lastUserAgent,
      LastRequestId: entry.lastRequestId,
      LastRedeemedOn: entry.lastRedeemedOn && formatDateTime(entry.lastRedeemedOn),
      ...entityOf(entry),
      Changes: entry.changes ?? [],
    };
  }
}

/** The members by which the audit trail can be searched and ordered. */
export const AUDIT_TRAIL_SEARCH: SearchDefinition = {
  resource: 'AuditTrailEntry',
  plural: 'AuditTrailEntries',
  equality: {
    Kind: 'text',
    Actor: 'text',
    Subject: 'text',
    ClientId: 'text',
    SessionId: 'uuid',
    Reason: 'text',
    Address: 'text',
    RequestId: 'text',
    LastAddress: 'text',
    LastRequestId: 'text',
    Id: 'id',
    EntityShortName: 'text',
    EntityId: 'id',
    AuditType: 'id',
    PropertyName: 'text',
    OldValue: 'text',
    NewValue: 'text',
    ActionBy: 'text',
    Changes: 'text',
  },
  ranges: ['CreatedOn'],
  orders: ['Id', 'CreatedOn', 'Kind', 'Actor', 'Subject', 'ClientId', 'SessionId', 'Reason', 'Address', 'RequestId'],
};
