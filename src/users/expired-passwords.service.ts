import { Injectable } from '@nestjs/common';
import type { Origin } from '../kernel/origin.js';
import { secretFailure, type ValidationError } from '../kernel/validation-error.js';
import { GenuineUsersService } from './genuine-users.service.js';
import { HashingQueueService } from './hashing-queue.service.js';
import { OwnRowService } from './own-row.service.js';
import { PasswordTicketsService } from './password-tickets.service.js';
import { UserPasswordsService } from './user-passwords.service.js';
import type { User } from './user.entity.js';

/** Lets users change a password that must be changed, with the ticket of a refused sign-in. */
@Injectable()
export class ExpiredPasswordsService {
  constructor(
    private readonly tickets: PasswordTicketsService,
    private readonly users: GenuineUsersService,
    private readonly passwords: UserPasswordsService,
    private readonly row: OwnRowService,
    private readonly queue: HashingQueueService,
  ) {}

  /**
   * Replaces the password of the ticket's user, and returns the e-mail of that user.
   * @throws ValidationError when the ticket is not genuine, expired, or for another password than the present one; or when the next password
   * is not allowed, or is the present one; AppError 503 while too many passwords are hashed
   */
  async replace({ ticket, next }: { ticket: string; next: string }, origin: Origin): Promise<string> {
    const email = await this.tickets.userOf(ticket);
    const user = email === undefined ? null : await this.users.find(email);
    if (!user || !(await this.tickets.isFor(ticket, user))) throw badTicket();
    const passwordHash = await this.queue.enter((inTurn) => inTurn(() => this.hashOfNext(user, next)));
    await this.row.change({
      actor: { name: user.email, origin },
      // The sign-in that gave the ticket had the code.
      hadCode: true,
      reason: 'password-changed',
      changeOf: async (locked) => {
        if (!(await this.tickets.isFor(ticket, locked))) throw badTicket();
        return { passwordHash, mustResetPassword: false };
      },
    });
    return user.email;
  }

  private async hashOfNext(user: User, next: string): Promise<string> {
    if (await this.passwords.isPassword(user, next))
      throw secretFailure('NewPassword', 'must differ from the present one');
    return this.passwords.hash(next);
  }
}

function badTicket(): ValidationError {
  return secretFailure('Ticket', 'is not valid, or no longer: sign in again');
}
