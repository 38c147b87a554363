import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { arraysOf } from '../database/batch-rows.js';
import { columnList, parameterList } from '../database/named-parameters.js';
import { statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { UserSealsService, type SignedUser, type UserPower } from './user-seals.service.js';
import { User } from './user.entity.js';

/** The members of a user's row that can be changed. */
export type UserRowChange = Partial<Omit<UserPower, 'email'>> & { readonly totpLastStep?: null };

/** A user as it was read, and the new form of the same password hash and second factor. */
export interface Renewed {
  readonly user: SignedUser;
  readonly passwordHash: string;
  readonly totpSecret: string | null;
}

/** A user whose MAC was `earlierMac`, and the new form of the sealed members. */
const REPLACED = {
  email: 'text',
  earlierMac: 'text?',
  passwordHash: 'text',
  totpSecret: 'text?',
  mac: 'text',
} as const;

/** Replaces the sealed members of users whose rows have not changed since they were read. */
const REPLACE = statement({
  name: 'user-replace',
  batch: REPLACED,
  text: `UPDATE users u SET password_hash = n.password_hash, totp_secret = n.totp_secret, mac = n.mac
    FROM unnest(${parameterList(arraysOf(REPLACED), 'typed')}) AS n (${columnList(REPLACED)})
    WHERE u.email = n.email AND u.mac = n.earlier_mac RETURNING u.email`,
});

/** Writes the rows of users, each with its MAC. No other code of the service writes the rights of a user. */
@Injectable()
export class UsersRepository {
  constructor(
    private readonly statements: StatementsService,
    private readonly seals: UserSealsService,
  ) {}

  /** Adds a user and returns true, or returns false if the e-mail is taken. */
  async insert(user: UserPower, manager: EntityManager): Promise<boolean> {
    const values = { ...user, roles: [...user.roles], mac: this.seals.sign(user) };
    const insert = manager.createQueryBuilder().insert().into(User).values(values).orIgnore().returning('email');
    return ((await insert.execute()).raw as unknown[]).length > 0;
  }

  /** Reads a user and locks the row until the manager's transaction ends; null when there is no such user. */
  lock(email: string, manager: EntityManager): Promise<User | null> {
    return manager.findOne(User, { where: { email }, lock: { mode: 'pessimistic_write' } });
  }

  /** Changes a locked user and signs the row. */
  async write(user: User, change: UserRowChange, manager: EntityManager): Promise<void> {
    const { roles, ...others } = change;
    const values = { ...others, ...(roles && { roles: [...roles] }) };
    const mac = this.seals.sign(Object.assign(user, values));
    await manager.update(User, { email: user.email }, { ...values, mac });
  }

  /** Disables a locked user without signing the row. Use it for a row that is not genuine. */
  async disable({ email }: User, manager: EntityManager): Promise<void> {
    await manager.update(User, { email }, { enabled: false });
  }

  /**
   * Stores the same password hash and second factor in another form. A row that changed since it was read stays unchanged; its MAC shows
   * the change. @returns how many rows were written
   */
  async replace(each: readonly Renewed[]): Promise<number> {
    const batch = each.map(({ user, passwordHash, totpSecret }) => {
      const { email, enabled, isAdministrator, roles, mustResetPassword } = user;
      const sealed = { passwordHash, totpSecret };
      const mac = this.seals.sign({ email, enabled, isAdministrator, roles, mustResetPassword, ...sealed });
      return { email, earlierMac: user.mac, ...sealed, mac };
    });
    return (await this.statements.run(REPLACE, { batch })).length;
  }
}
