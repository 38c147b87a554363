import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { seal, unseal } from '../kernel/seal.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

const LIFE_SECONDS = 600;

/** What a ticket says. */
export interface EnrolmentTicket {
  /** The secret of the second factor. */
  readonly secret: string;
  /** Names the state of the user, so the ticket is useless after a change. */
  readonly state: string;
  /** When the ticket expires, in seconds since 1970. */
  readonly exp: number;
}

/** Tickets of users who begin to set up a second factor. A ticket is not stored. It is good for ten minutes, and until the user changes. */
@Injectable()
export class EnrolmentTicketsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    settings: Settings,
    private readonly rows: UsersRepository,
  ) {
    this.keys = deriveKeys('totp-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** A ticket for a user, with a secret. */
  async issue(email: string, secret: string): Promise<string> {
    const [user, now] = await Promise.all([this.rows.find(email), this.rows.now()]);
    const ticket: EnrolmentTicket = {
      secret,
      state: user ? stateOf(user) : '',
      exp: now.getTime() / 1000 + LIFE_SECONDS,
    };
    return seal(ticket, placeOf(email), this.keys[0]);
  }

  /** What a ticket for this user says; undefined for any other text, and when the ticket has expired. */
  async read(email: string, text: string): Promise<EnrolmentTicket | undefined> {
    const ticket = (await unseal(text, placeOf(email), this.keys)) as EnrolmentTicket | undefined;
    return ticket && ticket.exp > (await this.rows.now()).getTime() / 1000 ? ticket : undefined;
  }

  /** Whether the user is as when the ticket was issued. */
  isFor(ticket: EnrolmentTicket, user: User): boolean {
    return ticket.state === stateOf(user);
  }
}

/** Another place than that of the stored secret: a ticket cannot be stored in its stead. */
function placeOf(email: string): string {
  return `enrolment ${email}`;
}

/** Each change gives the user another state. */
function stateOf({ updatedOn, totpSecret }: User): string {
  return hash('sha256', `${updatedOn.getTime()} ${totpSecret}`, 'base64url');
}
