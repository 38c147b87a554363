import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { seal, unseal } from '../kernel/seal.js';
import { passwordNameOf } from './password-seals.service.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** The seal of a ticket opens nothing else, and no other seal is a ticket. */
const PLACE = 'password-ticket';
const LIFE_SECONDS = 600;

/** What a ticket says: whose expired password was right. Times are in seconds since 1970. */
interface Ticket {
  readonly sub: string;
  /** Names the password, so the ticket is useless after a change. */
  readonly password: string;
  readonly exp: number;
}

/**
 * Tickets for users whose password must be changed. A ticket says that the present password, and the code if there is one, were right within
 * the last ten minutes. It changes this password and does nothing else. It is not stored: any change of the password makes it useless.
 */
@Injectable()
export class PasswordTicketsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    settings: Settings,
    private readonly rows: UsersRepository,
  ) {
    this.keys = deriveKeys('password-ticket-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** A ticket of a user whose present password was just checked. */
  async issue({ email, passwordHash }: User): Promise<string> {
    const exp = (await this.rows.now()).getTime() / 1000 + LIFE_SECONDS;
    const ticket: Ticket = { sub: email, password: passwordNameOf(passwordHash), exp };
    return seal(ticket, PLACE, this.keys[0]);
  }

  /** The e-mail of the user of a genuine ticket that has not expired; undefined for any other text. */
  async userOf(text: string): Promise<string | undefined> {
    const ticket = (await unseal(text, PLACE, this.keys)) as Ticket | undefined;
    return ticket && ticket.exp > (await this.rows.now()).getTime() / 1000 ? ticket.sub : undefined;
  }

  /** Whether the ticket of `userOf` is for the present password of this user, and the user must change it. */
  async isFor(text: string, { email, passwordHash, enabled, mustResetPassword }: User): Promise<boolean> {
    const ticket = (await unseal(text, PLACE, this.keys)) as Ticket | undefined;
    return enabled && mustResetPassword && ticket?.sub === email && ticket.password === passwordNameOf(passwordHash);
  }
}
