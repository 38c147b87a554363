import { Check, Column, Entity, Generated, Index, PrimaryColumn, Unique } from 'typeorm';
import { NOW_SECOND } from '../database/now-second.js';

/** A user who may sign in. The e-mail, in lower case, identifies the user: as the subject of tokens and the author of writes. */
@Entity('users')
@Check('users_email_check', 'email = lower(email)')
@Unique('users_id_key', ['id'])
@Unique('users_unique_id_key', ['uniqueId'])
@Index('users_created_on', ['createdOn', 'id'])
@Index('users_updated_on', ['updatedOn', 'id'])
@Index('users_updated_by', ['updatedBy', 'id'])
@Index('users_full_name', ['fullName', 'id'])
@Index('users_enabled', ['enabled', 'id'])
@Index('users_is_administrator', ['isAdministrator', 'id'])
@Index('users_must_reset_password', ['mustResetPassword', 'id'])
// Indexes of expressions. Only the migration can declare them.
@Index('users_has_second_factor', { synchronize: false })
@Index('users_system_id', { synchronize: false })
@Index('users_to_string_text', { synchronize: false })
export class User {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  email!: string;

  /** argon2id as a PHC string, peppered by `PasswordSealsService`. A hash of version 0.1 has no pepper until the user signs in again. */
  @Column({ type: 'text', name: 'password_hash' })
  passwordHash!: string;

  /** A disabled user can neither sign in nor use tokens that were issued earlier. */
  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** A full administrator needs no role. */
  @Column({ type: 'boolean', name: 'is_administrator' })
  isAdministrator!: boolean;

  @Column({ type: 'text', array: true })
  roles!: string[];

  /** Whether sign-in is refused until the password is changed. */
  @Column({ type: 'boolean', name: 'must_reset_password' })
  mustResetPassword!: boolean;

  /** The sealed TOTP secret (RFC 6238); null when the user signs in without a code. */
  @Column({ type: 'text', name: 'totp_secret', nullable: true })
  totpSecret!: string | null;

  /** The time step of the last accepted code, because each code can be used once. Only the statement that accepts a code reads it. */
  @Column({ type: 'bigint', name: 'totp_last_step', nullable: true, select: false })
  totpLastStep?: number | null;

  /** The sealed hashes of the recovery codes that are left; null without a second factor. Only statements about them read it. */
  @Column({ type: 'text', name: 'recovery_codes', nullable: true, select: false })
  recoveryCodes?: string | null;

  /** The MACs of `UserSealsService`; null in a row that the service did not write. If they do not match the row, the user is refused. */
  @Column({ type: 'text', nullable: true })
  mac!: string | null;

  @Column({
    type: 'timestamptz',
    name: 'created_on',
    insert: false,
    update: false,
    default: () => NOW_SECOND,
  })
  createdOn!: Date;

  /** The Id of the user's record in the API. */
  @Column({ type: 'bigint', update: false })
  @Generated('increment')
  id!: number;

  @Column({ type: 'uuid', name: 'unique_id', update: false, default: () => 'GREATEST(gen_random_uuid())' })
  uniqueId!: string;

  @Column({ type: 'text', name: 'full_name', collation: 'C', nullable: true })
  fullName!: string | null;

  /** Free text of an external system. */
  @Column({ type: 'text', name: 'system_id', collation: 'C', nullable: true })
  systemId!: string | null;

  /** Who last wrote the record: the name of an actor. */
  @Column({ type: 'text', name: 'updated_by', collation: 'C', default: 'service' })
  updatedBy!: string;

  @Column({ type: 'timestamptz', name: 'updated_on', insert: false, default: () => NOW_SECOND })
  updatedOn!: Date;
}
