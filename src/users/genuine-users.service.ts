import { Injectable } from '@nestjs/common';
import { TamperedUsersService } from './tampered-users.service.js';
import { UserPasswordsService } from './user-passwords.service.js';
import { UserSealsService, type SignedPower, type SignedUser } from './user-seals.service.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** The users whose rows the service wrote. Code that decides what a user may do reads users only here, so it ignores all other rows. */
@Injectable()
export class GenuineUsersService {
  constructor(
    private readonly rows: UsersRepository,
    private readonly seals: UserSealsService,
    private readonly passwords: UserPasswordsService,
    private readonly tampered: TamperedUsersService,
  ) {}

  /**
   * The user with this e-mail, without regard to case; null when there is none. A row that is not genuine is reported, and null is
   * returned.
   */
  async find(email: string): Promise<User | null> {
    return this.genuine(await this.rows.find(email));
  }

  /** The user of a row that was read; null when it is not genuine, which is reported. */
  genuine(user: User | null): User | null {
    return user && this.reported(user, this.seals.isGenuine(user)) ? user : null;
  }

  /** Whether the service wrote the rights of this enabled user. If it did not, the user is reported. */
  admits(user: SignedPower): boolean {
    return this.reported(user, this.seals.isPowerGenuine(user));
  }

  /** Whether the service wrote this row. */
  isGenuine(user: SignedUser): boolean {
    return this.seals.isGenuine(user);
  }

  /** Whether this is the user's password. Without a user it returns false after the same time. */
  isPassword(user: User | null, password: string): Promise<boolean> {
    return this.passwords.isPassword(user, password);
  }

  /** Stores a password that was just found right in the form of new passwords, if it is not in this form; see `UserPasswordsService`. */
  upgradePassword(user: User, password: string): Promise<User> {
    return this.passwords.upgrade(user, password);
  }

  private reported({ email }: SignedPower, isGenuine: boolean): boolean {
    if (!isGenuine) this.tampered.report(email);
    return isGenuine;
  }
}
