import { Injectable } from '@nestjs/common';
import { isEmail } from 'class-validator';
import type { EntityManager } from 'typeorm';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { steersOutput } from '../kernel/text.js';
import { changeReasons, endsSessions } from './change-reasons.js';
import { GenuineUsersService } from './genuine-users.service.js';
import { UserPasswordsService } from './user-passwords.service.js';
import { UsersRepository, type UserRowChange } from './users.repository.js';
import { userTampered } from './user-tampered.js';
import type { SignedPower, SignedUser } from './user-seals.service.js';
import type { User } from './user.entity.js';

/** A user to create. */
export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly isAdministrator?: boolean;
  readonly roles?: readonly string[];
  /** Whether sign-in is refused until the password is changed. */
  readonly mustResetPassword?: boolean;
}

/** A change of a user. Absent members stay unchanged. A new password clears `mustResetPassword`, unless the change sets it. */
export interface UserChange {
  readonly password?: string;
  readonly enabled?: boolean;
  readonly isAdministrator?: boolean;
  readonly mustResetPassword?: boolean;
}

/**
 * Runs in the transaction when a user's sessions must end: the user was disabled, or the password was changed or must be changed. It returns
 * what to do after the commit.
 */
export type SignOut = (email: string, reason: string, actor: Actor, manager: EntityManager) => Promise<() => void>;

/** Reads and changes users and their rights. Every change writes an audit event in the same transaction. */
@Injectable()
export class UsersService {
  private readonly signOuts: SignOut[] = [];

  constructor(
    private readonly events: AuditEventsService,
    private readonly rows: UsersRepository,
    private readonly passwords: UserPasswordsService,
    private readonly genuine: GenuineUsersService,
  ) {}

  /** Registers a function that runs when a user's sessions must end. */
  onSignOut(signOut: SignOut): void {
    this.signOuts.push(signOut);
  }

  /** Ends the sessions of a user as a part of a transaction, and returns what to do after the commit. */
  async signOut(...of: Parameters<SignOut>): Promise<(() => void)[]> {
    const signedOut: (() => void)[] = [];
    for (const signOut of this.signOuts) signedOut.push(await signOut(...of));
    return signedOut;
  }

  /** The user with this e-mail, without regard to case, or null. The row may have been written outside the service. */
  find(email: string): Promise<User | null> {
    return this.rows.find(email);
  }

  /** All users, by e-mail. */
  list(): Promise<User[]> {
    return this.rows.list();
  }

  /** Whether the service wrote the rights of this enabled user. If it did not, the user is reported and has no rights. */
  admits(user: SignedPower): boolean {
    return this.genuine.admits(user);
  }

  /** Whether the service wrote this row. */
  isGenuine(user: SignedUser): boolean {
    return this.genuine.isGenuine(user);
  }

  /** Whether some enabled user, whose row the service wrote, is a full administrator. */
  async hasAdministrator(): Promise<boolean> {
    const administrators = await this.rows.administrators();
    return administrators.some((user) => this.genuine.isGenuine(user));
  }

  /**
   * Creates an enabled user.
   * @throws AppError 409 when the e-mail is taken, 400 when the e-mail or the password is not valid
   */
  async add(user: NewUser, actor: Actor): Promise<void> {
    if (!(await this.addIfAbsent(user, actor))) {
      throw new AppError('user_exists', 409, `There is a user ${user.email} already.`);
    }
  }

  /** Like `add`, but returns false when the e-mail is taken. */
  async addIfAbsent(user: NewUser, actor: Actor): Promise<boolean> {
    const { email, password, isAdministrator = false, roles = [], mustResetPassword = false } = user;
    if (steersOutput(email)) {
      const message = 'An e-mail address must not contain control, format or line-separator characters.';
      throw new AppError('bad_email', 400, message);
    }
    if (!isEmail(email, { require_tld: false })) {
      throw new AppError('bad_email', 400, `${email} is not an e-mail address.`);
    }
    const passwordHash = await this.passwords.hash(password);
    const subject = email.toLowerCase();
    const values = { email: subject, passwordHash, isAdministrator, roles, ...NEW_USER, mustResetPassword };
    return this.rows.transaction(async (manager) => {
      const isNew = (await this.rows.insert({ ...values, updatedBy: actor.name }, manager)) !== undefined;
      if (isNew) await this.events.record({ kind: 'user-added', actor, subject }, manager);
      return isNew;
    });
  }

  /** @throws AppError 404 when there is no such user, 400 when the password is not valid */
  async change(email: string, change: UserChange, actor: Actor): Promise<void> {
    const { password, ...flags } = change;
    const values = {
      ...(password !== undefined && { passwordHash: await this.passwords.hash(password), mustResetPassword: false }),
      ...flags,
    };
    const reasons = changeReasons({ ...(password !== undefined && { passwordHash: '' }), ...flags });
    if (reasons.length === 0) throw new AppError('nothing_to_change', 400, 'Nothing to change was given.');
    await this.update(email, () => values, actor, { reason: reasons.join(' '), signsOut: endsSessions(values) });
  }

  /** Grants a role. A second grant of the same role changes nothing. @throws AppError 404 when there is no such user */
  async grant(email: string, role: string, actor: Actor): Promise<void> {
    await this.update(email, ({ roles }) => ({ roles: [...without(roles, role), role] }), actor, {
      reason: `granted ${role}`,
    });
  }

  /** Withdraws a role. The user's next request no longer has the role. @throws AppError 404 when there is no such user */
  async withdraw(email: string, role: string, actor: Actor): Promise<void> {
    await this.update(email, ({ roles }) => ({ roles: without(roles, role) }), actor, { reason: `withdrew ${role}` });
  }

  /** Sets or removes the sealed TOTP secret. No code of a new secret counts as used, and no recovery code is left. @throws AppError 404 when there is no such user */
  async setTotpSecret(email: string, totpSecret: string | null, actor: Actor): Promise<void> {
    const reason = totpSecret ? 'totp-enabled' : 'totp-disabled';
    await this.update(email, () => ({ totpSecret, totpLastStep: null, recoveryCodes: null }), actor, { reason });
  }

  /**
   * Signs the present row of a user, which was changed outside the service. An operator calls this after a check of the row. It ends all
   * sessions of the user. @throws AppError 404 when there is no such user, 409 when the row is genuine
   */
  async approve(email: string, actor: Actor): Promise<User> {
    const { user, signedOut } = await this.rows.transaction(async (manager) => {
      const user = await this.lock(email, manager);
      if (this.genuine.isGenuine(user)) {
        throw new AppError('user_genuine', 409, `The row of ${email} is as the service wrote it: nothing to approve.`);
      }
      await this.rows.write(user, { updatedBy: actor.name }, manager);
      const signedOut = await this.changed(user.email, actor, { reason: 'approved', signsOut: true }, manager);
      return { user, signedOut };
    });
    for (const announce of signedOut) announce();
    return user;
  }

  private async update(
    email: string,
    changeOf: (user: User) => UserRowChange,
    actor: Actor,
    how: { reason: string; signsOut?: boolean },
  ): Promise<void> {
    const signedOut = await this.rows.transaction(async (manager) => {
      const user = await this.lock(email, manager);
      const change = { ...changeOf(user), updatedBy: actor.name };
      if (this.genuine.isGenuine(user)) await this.rows.write(user, change, manager);
      else if (how.reason === 'user-disabled') await this.rows.disable(user, actor.name, manager);
      else throw userTampered(email);
      return this.changed(user.email, actor, how, manager);
    });
    for (const announce of signedOut) announce();
  }

  private async lock(email: string, manager: EntityManager): Promise<User> {
    const user = await this.rows.lock(email.toLowerCase(), manager);
    if (!user) throw new AppError('no_such_user', 404, `There is no user ${email}.`);
    return user;
  }

  private async changed(
    subject: string,
    actor: Actor,
    { reason, signsOut }: { reason: string; signsOut?: boolean },
    manager: EntityManager,
  ): Promise<(() => void)[]> {
    await this.events.record({ kind: 'user-changed', actor, subject, reason }, manager);
    return signsOut ? this.signOut(subject, reason, actor, manager) : [];
  }
}

const NEW_USER = { enabled: true, totpSecret: null } as const;

function without(roles: readonly string[], role: string): string[] {
  return roles.filter((other) => other !== role);
}
