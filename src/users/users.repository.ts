import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { textFault } from '../kernel/text.js';
import { UserSealsService, type SignedUser, type UserPower } from './user-seals.service.js';
import { User } from './user.entity.js';
import { CLOCK, REPLACE, SPEND_STEP } from './user.statements.js';

/** The members of a user's row that can be changed. */
export type UserRowChange = Partial<Omit<UserPower, 'email'>> & {
  readonly totpLastStep?: number | null;
  readonly recoveryCodes?: string | null;
};

/** A user as it was read, and the new form of the same password hash and second factor. */
export interface Renewed {
  readonly user: SignedUser;
  readonly passwordHash: string;
  readonly totpSecret: string | null;
}

/** Reads the rows of users, and writes them, each with its MAC. No other code of the service writes the rights of a user. */
@Injectable()
export class UsersRepository {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly statements: StatementsService,
    private readonly seals: UserSealsService,
  ) {}

  /** Runs work in a transaction. No other request changes a user that the work locks, until the end. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.users.manager.transaction(work);
  }

  /** The user with this e-mail, without regard to case, or null. The row may have been written outside the service. */
  async find(email: string): Promise<User | null> {
    return textFault(email) ? null : this.users.findOneBy({ email: email.toLowerCase() });
  }

  /** All users, by e-mail. */
  list(): Promise<User[]> {
    return this.users.find({ order: { email: 'ASC' } });
  }

  /** The enabled users whose rows say that they are full administrators. The rows may have been written outside the service. */
  administrators(): Promise<User[]> {
    return this.users.findBy({ isAdministrator: true, enabled: true });
  }

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
  replace(each: readonly Renewed[]): Promise<number> {
    const batch = each.map(({ user, passwordHash, totpSecret }) => {
      const { email, enabled, isAdministrator, roles, mustResetPassword } = user;
      const sealed = { passwordHash, totpSecret };
      const mac = this.seals.sign({ email, enabled, isAdministrator, roles, mustResetPassword, ...sealed });
      return { email, earlierMac: user.mac, ...sealed, mac };
    });
    return this.statements.runForCount(REPLACE, { batch });
  }

  /** Spends the code of a step for this user. False when a code of this step or a later step was spent. */
  async spendStep(email: string, step: number): Promise<boolean> {
    return (await this.statements.runForCount(SPEND_STEP, { email, step })) === 1;
  }

  /** The time by the database's clock, by which all codes are checked. */
  async now(): Promise<Date> {
    return (await this.statements.runForOne(CLOCK, {})).now;
  }
}
