import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ResourceRepository } from '../resource/kit/resource.repository.js';
import type { Write } from '../resource/write-envelope.js';
import type { SigningOut } from '../users/user-writes.service.js';
import type { UserRecord } from './user-record.js';
import './user-record.statements.js';

/** Reads users as records. `UserWritesService` writes them. */
@Injectable()
export class UserRecordsRepository extends ResourceRepository<UserRecord> {
  private readonly announcements = new WeakMap<EntityManager, (() => void)[]>();

  /** As for every resource. The ends of sessions are passed on when the transaction has been committed. */
  override async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { result, manager } = await super.transaction(async (manager) => ({ result: await work(manager), manager }));
    for (const announce of this.announcements.get(manager) ?? []) announce();
    return result;
  }

  /** Keeps what a write has to announce until its transaction is committed. */
  announceLater({ write, announcements }: SigningOut, manager: EntityManager): Write {
    this.announcements.set(manager, [...(this.announcements.get(manager) ?? []), ...announcements]);
    return write;
  }
}
