import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The state of a job: when it is due, which process runs it, and the result of its last run. */
@Entity('jobs')
export class JobRecord {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'due_on' })
  dueOn!: Date;

  /** The process that runs the job now, if `heldUntil` is in the future. */
  @Column({ type: 'uuid', nullable: true })
  holder!: string | null;

  @Column({ type: 'timestamptz', name: 'held_until', nullable: true })
  heldUntil!: Date | null;

  @Column({ type: 'timestamptz', name: 'started_on', nullable: true })
  startedOn!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_on', nullable: true })
  endedOn!: Date | null;

  /** How many rows the run has changed so far. */
  @Column({ type: 'bigint', default: 0 })
  rows!: number;

  /** Why the last run failed; null when it did not. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;
}
