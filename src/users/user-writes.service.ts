import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { ErasedPerson } from '../plug-ins/personal-data.js';
import type { Write } from '../resource/write-envelope.js';
import { changeReasons, endsSessions } from './change-reasons.js';
import { GenuineUsersService } from './genuine-users.service.js';
import { UserPasswordsService } from './user-passwords.service.js';
import { userTampered } from './user-tampered.js';
import type { User } from './user.entity.js';
import { UsersRepository, type NewUserRow, type UserRowChange } from './users.repository.js';
import { UsersService } from './users.service.js';

/** Who writes, the transaction, and the members that change, as JSON, for the event. */
interface UserWrite {
  readonly actor: Actor;
  readonly manager: EntityManager;
  readonly changes: string | null;
}

/** A write that may have ended sessions, and what to do after its commit. */
export interface SigningOut {
  readonly write: Write;
  readonly announcements: readonly (() => void)[];
}

const RESOURCE = 'User';

/** Writes users as records, as parts of transactions: the row with its MAC, the event, and the end of the sessions. */
@Injectable()
export class UserWritesService {
  constructor(
    private readonly rows: UsersRepository,
    private readonly events: AuditEventsService,
    private readonly genuine: GenuineUsersService,
    private readonly users: UsersService,
    private readonly passwords: UserPasswordsService,
  ) {}

  /** The stored form of a new password. @throws AppError 400 when the password is too short or too long */
  hash(password: string): Promise<string> {
    return this.passwords.hash(password);
  }

  /** Adds a user. Undefined if the e-mail is taken. */
  async add(user: NewUserRow, act: UserWrite): Promise<Write | undefined> {
    const write = await this.rows.insert(user, act.manager);
    if (write) await this.note({ kind: 'user-added', actor: act.actor }, user.email, write, act);
    return write;
  }

  /**
   * Changes a user. Of a row that is not genuine, nothing but disabling is accepted, and the row stays without a MAC.
   * @throws AppError 409 for such a row, and when no full administrator would be left
   */
  async change(email: string, change: UserRowChange, act: UserWrite): Promise<SigningOut> {
    const user = await this.lock(email, act.manager);
    const reason = changeReasons(change, user.roles).join(' ') || 'edited';
    const write = await this.write(user, { ...change, updatedBy: act.actor.name }, reason, act.manager);
    await this.note({ kind: 'user-changed', actor: act.actor, reason }, email, write, act);
    const ends = endsSessions(change);
    const announcements = ends ? await this.users.signOut(email, reason, act.actor, act.manager) : [];
    return { write, announcements };
  }

  /** Deletes a user and ends the sessions. @throws AppError 409 when no full administrator would be left */
  async remove(email: string, act: UserWrite): Promise<SigningOut> {
    const user = await this.lock(email, act.manager);
    const reason = 'user-deleted';
    const write = await this.rows.remove(user, act.actor.name, act.manager);
    const announcements = await this.users.signOut(user.email, reason, act.actor, act.manager);
    await this.note({ kind: reason, actor: act.actor }, user.email, write, act);
    return { write, announcements };
  }

  /**
   * Deletes a user whose name a pseudonym replaces, and ends the sessions. Without such a user, it ends the sessions alone. The event has the
   * pseudonym. `demand` checks the locked user. Returns what to do after the commit.
   * @throws AppError 409 when no full administrator would be left
   */
  async erase(
    { email, pseudonym }: ErasedPerson,
    { actor, manager, demand }: Omit<UserWrite, 'changes'> & { demand?: ((user: User) => void) | undefined },
  ): Promise<(() => void)[]> {
    const user = await this.rows.lock(email, manager);
    if (user) demand?.(user);
    const deleted = user && (await this.rows.remove(user, actor.name, manager));
    const kind = 'user-erased';
    const announcements = await this.users.signOut(email, kind, actor, manager);
    const recordIds = deleted ? [deleted.id] : [];
    await this.events.record({ kind, actor, subject: pseudonym, recordIds, resource: RESOURCE }, manager);
    return announcements;
  }

  /** Deletes a user in a transaction of its own. @throws AppError 404 when there is no such user, 409 as `remove` does */
  async removeNow(email: string, actor: Actor): Promise<void> {
    const { announcements } = await this.rows.transaction((manager) =>
      this.remove(email, { actor, manager, changes: null }),
    );
    for (const announce of announcements) announce();
  }

  private write(user: User, change: UserRowChange, reason: string, manager: EntityManager): Promise<Write> {
    if (this.genuine.isGenuine(user)) return this.rows.write(user, change, manager);
    if (reason === 'user-disabled') return this.rows.disable(user, change.updatedBy ?? '', manager);
    throw userTampered(user.email);
  }

  private async lock(email: string, manager: EntityManager): Promise<User> {
    const user = await this.rows.lock(email.toLowerCase(), manager);
    if (!user) throw new AppError('no_such_user', 404, `There is no user ${email}.`);
    return user;
  }

  private note(act: AuditAct, subject: string, { id }: Write, { changes, manager }: UserWrite): Promise<void> {
    return this.events.record({ ...act, subject, recordIds: [id], resource: RESOURCE, changes }, manager);
  }
}
