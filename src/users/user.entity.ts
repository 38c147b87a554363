import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A user who may sign in. The e-mail, in lower case, identifies the user: as the subject of tokens and the author of writes. */
@Entity('users')
@Check('users_email_check', 'email = lower(email)')
export class User {
  @PrimaryColumn({ type: 'text', collation: 'C' })
  email!: string;

  /** argon2id, as a PHC string, peppered by `PasswordSealsService`; without pepper until the user signs in after an upgrade from 0.1. */
  @Column({ type: 'text', name: 'password_hash' })
  passwordHash!: string;

  /** A disabled user can neither sign in nor use what was issued before. */
  @Column({ type: 'boolean' })
  enabled!: boolean;

  /** A full administrator needs no role. */
  @Column({ type: 'boolean', name: 'is_administrator' })
  isAdministrator!: boolean;

  @Column({ type: 'text', array: true })
  roles!: string[];

  /** Signing in is refused until the password is changed. */
  @Column({ type: 'boolean', name: 'must_reset_password' })
  mustResetPassword!: boolean;

  /** The sealed TOTP secret (RFC 6238); null when the user signs in without a code. */
  @Column({ type: 'text', name: 'totp_secret', nullable: true })
  totpSecret!: string | null;

  /** The step of the last code that was taken: a code is good once. Only the statement that takes one reads it. */
  @Column({ type: 'bigint', name: 'totp_last_step', nullable: true, select: false })
  totpLastStep?: number | null;

  /** What `UserSealsService` signed; null in a row that the service did not write. The user is refused unless it fits. */
  @Column({ type: 'text', nullable: true })
  mac!: string | null;

  @Column({
    type: 'timestamptz',
    name: 'created_on',
    insert: false,
    update: false,
    default: () => "date_trunc('second', now())",
  })
  createdOn!: Date;
}
