import { Column, Entity, Index, PrimaryGeneratedColumn, Unique, VirtualColumn } from 'typeorm';

/** A refresh token's record. Stored dates are whole seconds, so a client can search for the same value that it reads. */
@Entity('refresh_tokens')
@Unique('refresh_tokens_unique_id_key', ['uniqueId'])
@Index('refresh_tokens_session', ['subject', 'clientId'], { unique: true, where: 'issued' })
@Index('refresh_tokens_subject', ['subject', 'id'])
@Index('refresh_tokens_client_id', ['clientId', 'id'])
@Index('refresh_tokens_expires_on', ['expiresOn', 'id'])
@Index('refresh_tokens_created_on', ['createdOn', 'id'])
@Index('refresh_tokens_updated_by', ['updatedBy', 'id'])
// Indexes of expressions, and a hash index. Only the migration can declare them.
@Index('refresh_tokens_system_id', { synchronize: false })
@Index('refresh_tokens_to_string_text', { synchronize: false })
@Index('refresh_tokens_protected_ticket', { synchronize: false })
export class RefreshToken {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'BY DEFAULT' })
  id!: number;

  @Column({ type: 'uuid', name: 'unique_id', update: false })
  uniqueId!: string;

  @Column({ type: 'text', collation: 'C' })
  subject!: string;

  @Column({ type: 'text', name: 'client_id', collation: 'C' })
  clientId!: string;

  @Column({ type: 'timestamptz', name: 'expires_on' })
  expiresOn!: Date;

  @Column({ type: 'text', name: 'protected_ticket', collation: 'C' })
  protectedTicket!: string;

  @Column({ type: 'text', name: 'ticket_hash', collation: 'C' })
  ticketHash!: string;

  @Column({ type: 'text', name: 'ticket_salt', collation: 'C' })
  ticketSalt!: string;

  @Column({ type: 'text', name: 'system_id', collation: 'C', nullable: true })
  systemId!: string | null;

  @Column({ type: 'text', name: 'updated_by', collation: 'C' })
  updatedBy!: string;

  @Column({
    type: 'timestamptz',
    name: 'created_on',
    insert: false,
    update: false,
    default: () => "date_trunc('second', now())",
  })
  createdOn!: Date;

  @Column({
    type: 'timestamptz',
    name: 'updated_on',
    insert: false,
    default: () => "date_trunc('second', now())",
  })
  updatedOn!: Date;

  /** Whether the service issued the token. The token of a record that a client wrote cannot be redeemed. */
  @Column({ type: 'boolean', default: false })
  issued!: boolean;

  /** The generation of the current token. Each refresh and sign-in makes it greater. */
  @Column({ type: 'bigint', nullable: true })
  generation!: number | null;

  /** The generation with which the present login began. Older generations belong to earlier logins. */
  @Column({ type: 'bigint', name: 'first_generation', nullable: true })
  firstGeneration!: number | null;

  /** When the current generation was issued. */
  @Column({ type: 'timestamptz', name: 'rotated_on', nullable: true })
  rotatedOn!: Date | null;

  /** When the user last proved who they are. */
  @Column({ type: 'timestamptz', name: 'auth_time', nullable: true })
  authTime!: Date | null;

  /** How the user was authenticated (RFC 8176). */
  @Column({ type: 'text', array: true, nullable: true })
  amr!: string[] | null;

  /** The times of the last few rotations before `rotatedOn`, the latest first. */
  @Column({ type: 'timestamptz', array: true, default: () => "'{}'" })
  rotations!: Date[];

  /** When the session's token was last redeemed: by sign-in, refresh, or a repeated answer. */
  @Column({ type: 'timestamptz', name: 'last_redeemed_on', nullable: true })
  lastRedeemedOn!: Date | null;

  @Column({ type: 'text', name: 'last_request_id', collation: 'C', nullable: true })
  lastRequestId!: string | null;

  /** How often the service has repeated the current token, because the answer may have been lost. */
  @Column({ type: 'integer', default: 0 })
  repetitions!: number;

  /** The latest generation of which the service accepted an access token. So the client has received this generation. */
  @Column({ type: 'bigint', name: 'confirmed_generation', nullable: true })
  confirmedGeneration!: number | null;

  @Column({ type: 'inet', name: 'last_address', nullable: true })
  lastAddress!: string | null;

  @Column({ type: 'text', name: 'last_user_agent', collation: 'C', nullable: true })
  lastUserAgent!: string | null;

  /** Computed with the database's clock, as all comparisons of time are. */
  @VirtualColumn({ type: 'boolean', query: (alias) => isNew(alias) })
  isNew!: boolean;
}

/** SQL: whether the record is less than 24 hours old (contract 1.1). */
export function isNew(alias: string): string {
  return `${alias}.created_on > now() - interval '24 hours'`;
}
