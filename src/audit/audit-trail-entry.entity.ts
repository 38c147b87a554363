import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditKind } from './audit-event.js';

/** One event of the audit trail. Never changed. No secret, token or ticket is in it. */
@Entity('audit_trail_entries')
export class AuditTrailEntry {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column({ type: 'timestamptz', name: 'created_on', insert: false })
  createdOn!: Date;

  @Column({ type: 'text' })
  kind!: AuditKind;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', nullable: true })
  subject!: string | null;

  @Column({ type: 'text', name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column({ type: 'uuid', name: 'session_id', nullable: true })
  sessionId!: string | null;

  @Column({ type: 'bigint', name: 'record_ids', array: true })
  recordIds!: number[];

  @Column({ type: 'text', nullable: true })
  address!: string | null;

  @Column({ type: 'text', name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column({ type: 'text', name: 'request_id', nullable: true })
  requestId!: string | null;
}
