import { Injectable } from '@nestjs/common';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { randomBytes } from '../kernel/random-bytes.js';
import type { User } from '../users/user.entity.js';
import { UserWritesService } from '../users/user-writes.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { PersonalDataService, type ChangedRows } from './personal-data.service.js';

/** What an erasure did. */
export interface Erasure {
  /** What stands in the place of the person's name from now on. */
  readonly pseudonym: string;
  readonly erasedOn: Date;
  /** The rows that it changed beside the user and the sessions. */
  readonly changed: ChangedRows;
}

/**
 * Erases persons. One transaction deletes the user and ends the sessions. What other tables and the trail say of the person is erased after its
 * commit, in small transactions. `ErasuresJob` looks a second time.
 */
@Injectable()
export class ErasuresService {
  constructor(
    private readonly rows: ErasuresRepository,
    private readonly data: PersonalDataService,
    private readonly writes: UserWritesService,
  ) {}

  /**
   * Erases the person with this e-mail, who need not be a user any more. `demand` checks the user, if there is one.
   * @throws AppError 404 when nothing is stored about the person, 409 for oneself, and when no full administrator would be left
   */
  async erase(email: string, actor: Actor, demand?: (user: User) => void): Promise<Erasure> {
    const name = email.toLowerCase();
    if (name === actor.name) {
      const message = 'You cannot erase yourself, because the event would name you. Ask another administrator.';
      throw new AppError('own_erasure', 409, message);
    }
    await this.data.demandAny(name);
    const person = { email: name, pseudonym: `erased-${randomBytes(8).toString('hex')}` };
    const { erasedOn, announcements } = await this.rows.transaction(async (manager) => ({
      announcements: await this.writes.erase(person, { actor, manager, demand }),
      erasedOn: await this.rows.add(person, manager),
    }));
    for (const announce of announcements) announce();
    return { pseudonym: person.pseudonym, erasedOn, changed: await this.data.erase(person) };
  }
}
