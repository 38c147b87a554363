import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isEmail } from 'class-validator';
import { Repository, type EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { AuditKind } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { steersOutput, textFault } from '../kernel/text.js';
import { hashPassword } from './passwords.js';
import { User } from './user.entity.js';

/** A user to be made. */
export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly isAdministrator?: boolean;
  readonly roles?: readonly string[];
}

/** What of a user can be changed; what is absent stays. A new password lifts `mustResetPassword` unless it is set anew. */
export interface UserChange {
  readonly password?: string;
  readonly enabled?: boolean;
  readonly isAdministrator?: boolean;
  readonly mustResetPassword?: boolean;
}

/** Told within the transaction when a user's sessions must end: they were disabled, or their password was changed or must be. */
export type SignOut = (email: string, reason: string, actor: Actor, manager: EntityManager) => Promise<void>;

/** Keeps the users: who they are and what they may do. Every change is an audit event of the same transaction. */
@Injectable()
export class UsersService {
  private readonly signOuts: SignOut[] = [];

  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly trail: AuditTrail,
  ) {}

  /** Has a feature that keeps sessions told when a user's must end. */
  onSignOut(signOut: SignOut): void {
    this.signOuts.push(signOut);
  }

  /** The user with this e-mail, without regard to case, or null. */
  async find(email: string): Promise<User | null> {
    return textFault(email) ? null : this.users.findOneBy({ email: email.toLowerCase() });
  }

  /** All users, by e-mail. */
  list(): Promise<User[]> {
    return this.users.find({ order: { email: 'ASC' } });
  }

  /** Whether some enabled user is a full administrator. */
  hasAdministrator(): Promise<boolean> {
    return this.users.existsBy({ isAdministrator: true, enabled: true });
  }

  /**
   * Makes an enabled user.
   * @throws AppError 409 when the e-mail is taken, 400 when e-mail or password will not do
   */
  async add(user: NewUser, actor: Actor): Promise<void> {
    if (!(await this.addIfAbsent(user, actor))) {
      throw new AppError('user_exists', 409, `There is a user ${user.email} already.`);
    }
  }

  /** Like `add`, but says false when the e-mail is taken. */
  async addIfAbsent({ email, password, isAdministrator = false, roles = [] }: NewUser, actor: Actor): Promise<boolean> {
    if (steersOutput(email)) {
      const message = 'An e-mail address must not contain control, format or line-separator characters.';
      throw new AppError('bad_email', 400, message);
    }
    if (!isEmail(email, { require_tld: false })) {
      throw new AppError('bad_email', 400, `${email} is not an e-mail address.`);
    }
    const values = {
      email: email.toLowerCase(),
      passwordHash: await hashNew(password),
      enabled: true,
      isAdministrator,
      roles: [...roles],
      mustResetPassword: false,
    };
    return this.users.manager.transaction(async (manager) => {
      const insert = manager.createQueryBuilder().insert().into(User).values(values).orIgnore().returning('email');
      const isNew = ((await insert.execute()).raw as unknown[]).length > 0;
      if (isNew) await this.trail.record({ kind: 'user-added', actor, subject: values.email }, manager);
      return isNew;
    });
  }

  /** @throws AppError 404 when there is no such user, 400 when the password will not do */
  async change(email: string, change: UserChange, actor: Actor): Promise<void> {
    const { password, ...flags } = change;
    const values = {
      ...(password !== undefined && { passwordHash: await hashNew(password), mustResetPassword: false }),
      ...flags,
    };
    const reasons = [
      ...(password === undefined ? [] : ['password-changed']),
      ...(flags.enabled === undefined ? [] : [flags.enabled ? 'enabled' : 'user-disabled']),
      ...(flags.mustResetPassword ? ['must-reset-password'] : []),
      ...(flags.isAdministrator === undefined
        ? []
        : [flags.isAdministrator ? 'made-administrator' : 'administrator-withdrawn']),
    ];
    const signsOut = password !== undefined || flags.enabled === false || flags.mustResetPassword === true;
    await this.update(email, values, actor, { reason: reasons.join(' '), signsOut });
  }

  /** Grants a role; granting it again changes nothing. @throws AppError 404 when there is no such user */
  async grant(email: string, role: string, actor: Actor): Promise<void> {
    const roles = (): string => 'array_append(array_remove(roles, :role), :role)';
    await this.update(email, { roles }, actor, { reason: `granted ${role}`, role });
  }

  /** Withdraws a role; the user's next request is without it. @throws AppError 404 when there is no such user */
  async withdraw(email: string, role: string, actor: Actor): Promise<void> {
    const roles = (): string => 'array_remove(roles, :role)';
    await this.update(email, { roles }, actor, { reason: `withdrew ${role}`, role });
  }

  /** Sets or removes the sealed TOTP secret, of whose codes none was used. @throws AppError 404 when there is no such user */
  async setTotpSecret(email: string, totpSecret: string | null, actor: Actor): Promise<void> {
    const reason = totpSecret ? 'totp-enabled' : 'totp-disabled';
    await this.update(email, { totpSecret, totpLastStep: null }, actor, { reason });
  }

  private async update(
    email: string,
    values: QueryDeepPartialEntity<User>,
    actor: Actor,
    { reason, role, signsOut }: { reason: string; role?: string; signsOut?: boolean },
  ): Promise<void> {
    if (Object.keys(values).length === 0) throw new AppError('nothing_to_change', 400, 'Nothing to change was given.');
    const subject = email.toLowerCase();
    await this.users.manager.transaction(async (manager) => {
      const update = manager.createQueryBuilder().update(User).set(values).where('email = :subject', { subject });
      const { affected } = await update.setParameters({ subject, role }).execute();
      if (affected !== 1) throw new AppError('no_such_user', 404, `There is no user ${email}.`);
      const kind: AuditKind = 'user-changed';
      await this.trail.record({ kind, actor, subject, reason }, manager);
      for (const signOut of signsOut ? this.signOuts : []) await signOut(subject, reason, actor, manager);
    });
  }
}

async function hashNew(password: string): Promise<string> {
  const { min, max } = PASSWORD_LENGTH;
  if (password.length < min || password.length > max) {
    throw new AppError('bad_password', 400, `A password must have ${min} to ${max} characters.`);
  }
  return hashPassword(password);
}
