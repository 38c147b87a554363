import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A seal on a range of events: a link of a chain. Only the statements of `AuditSealsJob` read and write it. */
@Entity('audit_seals')
export class AuditSealRecord {
  /** Counts the seals from 1, without gaps. */
  @PrimaryColumn({ type: 'bigint' })
  id!: number;

  /** Which columns of the events the digest is of: a key of `SEALED_COLUMNS`. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'bigint', name: 'from_id' })
  fromId!: number;

  @Column({ type: 'bigint', name: 'to_id' })
  toId!: number;

  /** How many events have an id in the range: ids have gaps. */
  @Column({ type: 'integer' })
  count!: number;

  /** When the newest of them was written; by it the range expires. */
  @Column({ type: 'timestamptz', name: 'newest_on' })
  newestOn!: Date;

  /** Of the events, in hexadecimal. */
  @Column({ type: 'text', collation: 'C' })
  digest!: string;

  /** The link of the previous seal; empty in the first. */
  @Column({ type: 'text', collation: 'C' })
  previous!: string;

  /** SHA-256 of all above, in hexadecimal. It does not change with the secret. */
  @Column({ type: 'text', collation: 'C' })
  link!: string;

  /** Of the link, under a key of the secret. */
  @Column({ type: 'text', collation: 'C' })
  mac!: string;

  @Column({ type: 'timestamptz', name: 'created_on' })
  createdOn!: Date;

  /** When the events were deleted because they were older than AUDIT_RETENTION. */
  @Column({ type: 'timestamptz', name: 'pruned_on', nullable: true })
  prunedOn!: Date | null;

  /** Of the fact that everything up to this seal was deleted then. */
  @Column({ type: 'text', name: 'pruned_mac', collation: 'C', nullable: true })
  prunedMac!: string | null;
}
