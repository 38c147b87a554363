import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditKind } from '../audit/audit-event.js';
import type { MemberChange } from '../audit/member-change.js';

/** An event of the audit trail. Events are never changed, and contain no secret, token or ticket. */
@Entity('audit_trail_entries')
@Index('audit_trail_entries_subject', ['subject', 'id'])
@Index('audit_trail_entries_session_id', ['sessionId', 'id'])
@Index('audit_trail_entries_created_on', ['createdOn', 'id'])
export class AuditTrailEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column({
    type: 'timestamptz',
    name: 'created_on',
    insert: false,
    default: () => "date_trunc('second', now())",
  })
  createdOn!: Date;

  @Column({ type: 'text', collation: 'C' })
  kind!: AuditKind;

  @Column({ type: 'text', collation: 'C' })
  actor!: string;

  @Column({ type: 'text', collation: 'C', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  subject!: string | null;

  @Column({ type: 'text', name: 'client_id', collation: 'C', nullable: true })
  clientId!: string | null;

  @Column({ type: 'uuid', name: 'session_id', nullable: true })
  sessionId!: string | null;

  @Column({ type: 'bigint', name: 'record_ids', array: true })
  recordIds!: number[];

  @Column({ type: 'text', collation: 'C', nullable: true })
  address!: string | null;

  @Column({ type: 'text', name: 'user_agent', collation: 'C', nullable: true })
  userAgent!: string | null;

  @Column({ type: 'text', name: 'request_id', collation: 'C', nullable: true })
  requestId!: string | null;

  @Column({ type: 'text', name: 'last_address', collation: 'C', nullable: true })
  lastAddress!: string | null;

  @Column({ type: 'text', name: 'last_user_agent', collation: 'C', nullable: true })
  lastUserAgent!: string | null;

  @Column({ type: 'text', name: 'last_request_id', collation: 'C', nullable: true })
  lastRequestId!: string | null;

  @Column({ type: 'timestamptz', name: 'last_redeemed_on', nullable: true })
  lastRedeemedOn!: Date | null;

  /** The resource of the records. Null where the kind of the event says it. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  resource!: string | null;

  /** The members that the act changed, without secrets. */
  @Column({ type: 'jsonb', nullable: true })
  changes!: readonly MemberChange[] | null;
}

/** The position of an event in the order of time and Id. */
export type Position = Pick<AuditTrailEntry, 'createdOn' | 'id'>;
