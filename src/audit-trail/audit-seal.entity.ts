import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RangeErasure } from './seal.js';

/** A seal on a range of events, and a link of the chain of seals. Only the statements of `AuditSealsJob` read and write seals. */
@Entity('audit_seals')
export class AuditSealRecord {
  /** The number of the seal. Numbers start at 1 and have no gaps. */
  @PrimaryColumn({ type: 'bigint' })
  id!: number;

  /** Which columns of the events the digest covers: a key of `SEALED_COLUMNS`. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'bigint', name: 'from_id' })
  fromId!: number;

  @Column({ type: 'bigint', name: 'to_id' })
  toId!: number;

  /** The number of events whose id is in the range. Ids may have gaps. */
  @Column({ type: 'integer' })
  count!: number;

  /** When the newest event of the range was written. The range expires by this time. */
  @Column({ type: 'timestamptz', name: 'newest_on' })
  newestOn!: Date;

  /** The digest of the events, in hexadecimal. */
  @Column({ type: 'text', collation: 'C' })
  digest!: string;

  /** The link of the previous seal; empty in the first. */
  @Column({ type: 'text', collation: 'C' })
  previous!: string;

  /** SHA-256 of all columns above, in hexadecimal. It does not depend on the secret. */
  @Column({ type: 'text', collation: 'C' })
  link!: string;

  /** The MAC of the link, under a key of the secret. */
  @Column({ type: 'text', collation: 'C' })
  mac!: string;

  @Column({ type: 'timestamptz', name: 'created_on' })
  createdOn!: Date;

  /** When the events were deleted because they were older than AUDIT_RETENTION. */
  @Column({ type: 'timestamptz', name: 'pruned_on', nullable: true })
  prunedOn!: Date | null;

  /** The MAC of the statement that everything up to this seal was deleted at `prunedOn`. */
  @Column({ type: 'text', name: 'pruned_mac', collation: 'C', nullable: true })
  prunedMac!: string | null;

  /** The erasures that changed the events after the seal was made, in their order. */
  @Column({ type: 'jsonb', nullable: true })
  erasures!: readonly RangeErasure[] | null;

  /** The MAC of the statement that these erasures changed the events. */
  @Column({ type: 'text', name: 'erased_mac', collation: 'C', nullable: true })
  erasedMac!: string | null;
}
