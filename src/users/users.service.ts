import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isEmail } from 'class-validator';
import { Repository } from 'typeorm';
import { AppError } from '../kernel/app-error.js';
import { textFault } from '../kernel/text.js';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { hashPassword, verifyPassword } from './passwords.js';
import { User } from './user.entity.js';

/** A user to be made. */
export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly isAdministrator?: boolean;
  readonly roles?: readonly string[];
}

/** What of a user can be changed; what is absent stays. */
export interface UserChange {
  readonly password?: string;
  readonly enabled?: boolean;
  readonly isAdministrator?: boolean;
}

/** Keeps the users: who they are, how they prove it, and what they may do. */
@Injectable()
export class UsersService {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** The user with this e-mail, without regard to case, or null. */
  async find(email: string): Promise<User | null> {
    return textFault(email) ? null : this.users.findOneBy({ email: email.toLowerCase() });
  }

  /** All users, by e-mail. */
  list(): Promise<User[]> {
    return this.users.find({ order: { email: 'ASC' } });
  }

  /** The enabled user with this e-mail and password, or undefined. An unknown e-mail takes as long as a wrong password. */
  async authenticate(email: string, password: string): Promise<User | undefined> {
    const user = await this.find(email);
    const matches = await verifyPassword(user?.passwordHash, password);
    return user?.enabled && matches ? user : undefined;
  }

  /**
   * Makes an enabled user.
   * @throws AppError 409 when the e-mail is taken, 400 when e-mail or password will not do
   */
  async add(user: NewUser): Promise<void> {
    if (!(await this.addIfAbsent(user)))
      throw new AppError('user_exists', 409, `There is a user ${user.email} already.`);
  }

  /** Like `add`, but says false when the e-mail is taken. */
  async addIfAbsent({ email, password, isAdministrator = false, roles = [] }: NewUser): Promise<boolean> {
    if (!isEmail(email, { require_tld: false }))
      throw new AppError('bad_email', 400, `${email} is not an e-mail address.`);
    const values = { email: email.toLowerCase(), enabled: true, isAdministrator, roles: [...roles] };
    const passwordHash = await hashNew(password);
    const inserted = await this.users
      .createQueryBuilder()
      .insert()
      .values({ ...values, passwordHash })
      .orIgnore()
      .returning('email')
      .execute();
    return (inserted.raw as unknown[]).length > 0;
  }

  /** @throws AppError 404 when there is no such user, 400 when the password will not do */
  async change(email: string, { password, ...change }: UserChange): Promise<void> {
    await this.update(email, { ...change, ...(password !== undefined && { passwordHash: await hashNew(password) }) });
  }

  /** Grants a role; granting it again changes nothing. @throws AppError 404 when there is no such user */
  async grant(email: string, role: string): Promise<void> {
    await this.update(email, { roles: () => 'array_append(array_remove(roles, :role), :role)' }, role);
  }

  /** Withdraws a role; the user's next request is without it. @throws AppError 404 when there is no such user */
  async withdraw(email: string, role: string): Promise<void> {
    await this.update(email, { roles: () => 'array_remove(roles, :role)' }, role);
  }

  /** Whether some enabled user is a full administrator. */
  hasAdministrator(): Promise<boolean> {
    return this.users.existsBy({ isAdministrator: true, enabled: true });
  }

  private async update(email: string, change: object, role?: string): Promise<void> {
    if (Object.keys(change).length === 0) throw new AppError('nothing_to_change', 400, 'Nothing to change was given.');
    const updated = await this.users
      .createQueryBuilder()
      .update()
      .set(change)
      .where('email = :email', { email: email.toLowerCase() })
      .setParameters({ role })
      .execute();
    if (updated.affected !== 1) throw new AppError('no_such_user', 404, `There is no user ${email}.`);
  }
}

async function hashNew(password: string): Promise<string> {
  const { min, max } = PASSWORD_LENGTH;
  if (password.length < min || password.length > max) {
    throw new AppError('bad_password', 400, `A password must have ${min} to ${max} characters.`);
  }
  return hashPassword(password);
}
