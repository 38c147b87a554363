import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NOW_SECOND } from '../database/now-second.js';
import { StatementsService } from '../database/statements.service.js';
import { AppError } from '../kernel/app-error.js';
import { textFault } from '../kernel/text.js';
import type { Write } from '../resource/write-envelope.js';
import { UserSealsService, type SignedUser, type UserPower } from './user-seals.service.js';
import { User } from './user.entity.js';
import { CLOCK, DELETE_USER, LOCK_ADMINISTRATORS, REPLACE, SPEND_STEP } from './user.statements.js';

/** The lock of the transactions that take the power of an administrator away. */
const ADMINISTRATORS_LOCK = 7_497_320_185_001;

const WRITE = ['id', 'updatedOn', 'updatedBy'];

/** What describes a user beside the rights: who wrote the row, and what others call the user. */
interface Description {
  readonly updatedBy: string;
  readonly fullName?: string | null;
  readonly systemId?: string | null;
}

/** A user to add. */
export type NewUserRow = UserPower & Description;

/** The members of a user's row that can be changed. */
export type UserRowChange = Partial<Omit<UserPower, 'email'> & Description> & {
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

  /** Adds a user. Undefined if the e-mail is taken. */
  async insert(user: NewUserRow, manager: EntityManager): Promise<Write | undefined> {
    const values = { ...user, roles: [...user.roles], uniqueId: uuidv7(), mac: this.seals.sign(user) };
    const insert = manager.createQueryBuilder().insert().into(User).values(values).orIgnore();
    return writeOf(await insert.returning(WRITE).execute());
  }

  /** Reads a user and locks the row until the manager's transaction ends; null when there is no such user. */
  lock(email: string, manager: EntityManager): Promise<User | null> {
    return manager.findOne(User, { where: { email }, lock: { mode: 'pessimistic_write' } });
  }

  /** Changes a locked user and signs the row. @throws AppError 409 when no full administrator would be left */
  async write(user: User, change: UserRowChange, manager: EntityManager): Promise<Write> {
    const { roles, ...others } = change;
    const values = { ...others, ...(roles && { roles: [...roles] }) };
    const hadPower = hasPower(user);
    const mac = this.seals.sign(Object.assign(user, values));
    if (hadPower && !hasPower(user)) await this.demandAnotherAdministrator(user, manager);
    return this.set(user, { ...values, mac }, manager);
  }

  /** Deletes a locked user for good. @throws AppError 409 when no full administrator would be left */
  async remove(user: User, author: string, manager: EntityManager): Promise<Write> {
    if (hasPower(user) && this.seals.isGenuine(user)) await this.demandAnotherAdministrator(user, manager);
    return this.statements.runForOne(DELETE_USER, { email: user.email, author }, manager);
  }

  /** Disables a locked user without signing the row. Use it for a row that is not genuine. */
  disable(user: User, updatedBy: string, manager: EntityManager): Promise<Write> {
    return this.set(user, { enabled: false, updatedBy }, manager);
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

  private async set({ email }: User, values: Partial<User>, manager: EntityManager): Promise<Write> {
    const update = manager
      .createQueryBuilder()
      .update(User)
      .set({ ...values, updatedOn: () => NOW_SECOND });
    const write = writeOf(await update.where({ email }).returning(WRITE).execute());
    if (!write) throw new Error('A locked user is not there.');
    return write;
  }

  /**
   * Demands that a full administrator is left beside this user. Of two transactions that would each leave the other's, the second waits here until
   * the first has committed, and then sees what it did.
   */
  private async demandAnotherAdministrator({ email }: User, manager: EntityManager): Promise<void> {
    await this.statements.run(LOCK_ADMINISTRATORS, { lock: ADMINISTRATORS_LOCK }, manager);
    const administrators = await manager.findBy(User, { isAdministrator: true, enabled: true });
    if (administrators.some((user) => user.email !== email && this.seals.isGenuine(user))) return;
    const message = `${email} is the last full administrator: make another user one first.`;
    throw new AppError('last_administrator', 409, message);
  }
}

function hasPower({ enabled, isAdministrator }: User): boolean {
  return enabled && isAdministrator;
}

/** The write of the one row that a statement of TypeORM returned. */
function writeOf({ raw }: { readonly raw: unknown }): Write | undefined {
  const [row] = raw as { readonly id: number; readonly updated_on: Date; readonly updated_by: string }[];
  return row && { id: row.id, updatedOn: row.updated_on, updatedBy: row.updated_by };
}
