import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { insufficientAuthentication } from '../access/insufficient-authentication.js';
import { noLonger } from '../access/no-longer.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { GenuineUsersService } from './genuine-users.service.js';
import type { User } from './user.entity.js';
import { UsersRepository, type UserRowChange } from './users.repository.js';

const NEEDS_CODE = 'Sign in again with a code: you have a second factor, and this sign-in had no code.';

/** A change that a user makes to the own row. */
export interface OwnChange {
  /** The user. */
  readonly actor: Actor;
  /** Whether the user gave a code of the second factor. Without one, nothing changes for a user who has a second factor. */
  readonly hadCode: boolean;
  readonly reason: string;
  /** The change of the locked row. @throws AppError when the row has changed so that the change is no longer right */
  readonly changeOf: (user: User) => UserRowChange | Promise<UserRowChange>;
  /** Runs in the same transaction, and returns what to do after the commit. */
  readonly also?: ((manager: EntityManager) => Promise<() => void>) | undefined;
}

/** Writes the row of a user for that user, with the event in the same transaction. The row keeps its signature. */
@Injectable()
export class OwnRowService {
  constructor(
    private readonly rows: UsersRepository,
    private readonly genuine: GenuineUsersService,
    private readonly events: AuditEventsService,
  ) {}

  /** @throws AppError 401 when the user was disabled meanwhile, or must sign in again with a code; 409 when something other than the service wrote the row */
  async change({ actor, hadCode, reason, changeOf, also }: OwnChange): Promise<void> {
    const announce = await this.rows.transaction(async (manager) => {
      const user = await this.rows.lock(actor.name, manager);
      if (!user?.enabled) throw noLonger();
      if (!this.genuine.isGenuine(user)) {
        throw new AppError('user_tampered', 409, 'Your account was changed outside the service. Ask an administrator.');
      }
      if (user.totpSecret !== null && !hadCode) throw insufficientAuthentication(NEEDS_CODE);
      await this.rows.write(user, { ...(await changeOf(user)), updatedBy: actor.name }, manager);
      await this.events.record({ kind: 'user-changed', actor, subject: user.email, reason }, manager);
      return also?.(manager);
    });
    announce?.();
  }
}
