import { Column, Entity, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';

/** A refresh token's record. Dates are whole seconds at rest, so that what a client reads back is what it can search for. */
@Entity('refresh_tokens')
export class RefreshToken {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  id!: number;

  @Column({ type: 'uuid', name: 'unique_id', update: false })
  uniqueId!: string;

  @Column({ type: 'text' })
  subject!: string;

  @Column({ type: 'text', name: 'client_id' })
  clientId!: string;

  @Column({ type: 'timestamptz', name: 'expires_on' })
  expiresOn!: Date;

  @Column({ type: 'text', name: 'protected_ticket' })
  protectedTicket!: string;

  @Column({ type: 'text', name: 'ticket_hash' })
  ticketHash!: string;

  @Column({ type: 'text', name: 'ticket_salt' })
  ticketSalt!: string;

  @Column({ type: 'text', name: 'system_id', nullable: true })
  systemId!: string | null;

  @Column({ type: 'text', name: 'updated_by' })
  updatedBy!: string;

  @Column({ type: 'timestamptz', name: 'created_on', insert: false, update: false })
  createdOn!: Date;

  @Column({ type: 'timestamptz', name: 'updated_on', insert: false })
  updatedOn!: Date;

  /** Whether the service issued it; a record that a client wrote cannot be redeemed. */
  @Column({ type: 'boolean' })
  issued!: boolean;

  /** How often the session's token was issued: the token of this generation is the current one. */
  @Column({ type: 'bigint', nullable: true })
  generation!: number | null;

  /** The generation with which the present login began; what is older is of an earlier login. */
  @Column({ type: 'bigint', name: 'first_generation', nullable: true })
  firstGeneration!: number | null;

  /** When the current generation was issued. */
  @Column({ type: 'timestamptz', name: 'rotated_on', nullable: true })
  rotatedOn!: Date | null;

  /** When the user last proved who they are. */
  @Column({ type: 'timestamptz', name: 'auth_time', nullable: true })
  authTime!: Date | null;

  /** How they did (RFC 8176). */
  @Column({ type: 'text', array: true, nullable: true })
  amr!: string[] | null;

  /** By the database's clock, which is the only clock. */
  @VirtualColumn({ type: 'boolean', query: (alias) => isNew(alias) })
  isNew!: boolean;
}

/** SQL: whether the record is less than 24 hours old (contract 1.1). */
export function isNew(alias: string): string {
  return `${alias}.created_on > now() - interval '24 hours'`;
}
