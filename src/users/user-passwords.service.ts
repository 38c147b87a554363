import { Injectable } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import { passwordFault } from './password-rules.js';
import { isPeppered, passwordNameOf, PasswordSealsService } from './password-seals.service.js';
import { hashPassword, normalPassword, verifyPassword } from './passwords.js';
import { UsersRepository } from './users.repository.js';
import type { User } from './user.entity.js';

/** The passwords of users: argon2id of the normal form, with a pepper. */
@Injectable()
export class UserPasswordsService {
  constructor(
    private readonly pepper: PasswordSealsService,
    private readonly rows: UsersRepository,
  ) {}

  /** The stored form of a new password. @throws AppError 400 when the rules do not allow the password */
  async hash(password: string): Promise<string> {
    const fault = passwordFault(password);
    if (fault !== undefined) throw new AppError('bad_password', 400, `A password ${fault}.`);
    return this.pepper.seal(await hashPassword(password));
  }

  /** Whether this is the user's password. Without a user it returns false after the same time. */
  async isPassword(user: User | null, password: string): Promise<boolean> {
    return verifyPassword(user ? this.pepper.open(user.passwordHash) : undefined, password);
  }

  /**
   * Stores a password that was just found right in the form of new passwords, and returns the user with this form. If the row changed
   * meanwhile, it stays unchanged. The salt stays the same, so a sign-in that is in progress still finds the password that it checked.
   */
  async upgrade(user: User, password: string): Promise<User> {
    if (isPeppered(user.passwordHash) && this.pepper.renew(user.passwordHash) === user.passwordHash) return user;
    const phc = this.pepper.open(user.passwordHash) ?? '';
    // It is unknown whether the normal form or the sent text was hashed. So the normal form is hashed again.
    const normal = normalPassword(password) === password ? phc : await hashPassword(password, saltOf(phc));
    const upgraded = { passwordHash: this.pepper.seal(normal), totpSecret: user.totpSecret };
    const isWritten = (await this.rows.replace([{ user, ...upgraded }])) === 1;
    return isWritten ? Object.assign(user, { passwordHash: upgraded.passwordHash }) : user;
  }
}

function saltOf(phc: string): Buffer {
  return Buffer.from(passwordNameOf(phc), 'base64');
}
