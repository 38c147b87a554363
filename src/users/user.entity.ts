import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who may sign in. The e-mail, in lower case, is who they are: the subject of tokens and the author of writes. */
@Entity('users')
export class User {
  @PrimaryColumn({ type: 'text' })
  email!: string;

  /** argon2id, in PHC string form. */
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

  @Column({ type: 'timestamptz', name: 'created_on', insert: false, update: false })
  createdOn!: Date;
}
