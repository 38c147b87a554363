import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { reseal, seal, unseal } from '../kernel/seal.js';
import type { Session } from './session.js';

type Sealed = Pick<Session, 'subject' | 'clientId' | 'uniqueId'>;

/** What a sealed ticket holds (names of RFC 7519 and RFC 9068). */
export interface Ticket {
  readonly sub: string;
  readonly client_id: string;
  /** Seconds since 1970. */
  readonly auth_time: number;
  readonly amr: readonly string[];
}

/**
 * Seals what a login established into the record's ProtectedTicket. The record's UniqueId is sealed in with it: a ticket copied into
 * another record opens nothing there.
 */
@Injectable()
export class TicketsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(settings: Settings) {
    this.keys = deriveKeys('ticket-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** The ticket of a session, as a compact JWE. */
  seal({ subject, clientId, authTime, amr, uniqueId }: Session): Promise<string> {
    const ticket: Ticket = { sub: subject, client_id: clientId, auth_time: authTime.getTime() / 1000, amr };
    return seal(ticket, uniqueId, this.keys[0]);
  }

  /** The ticket of the record with this UniqueId under the current secret; undefined when it is so already, or does not open. */
  reseal(sealed: string, uniqueId: string): Promise<string | undefined> {
    return reseal(sealed, uniqueId, this.keys);
  }

  /** Whether the ticket is the one sealed for this session, unaltered. */
  async isOf({ subject, clientId, uniqueId }: Sealed, sealed: string): Promise<boolean> {
    const ticket = (await unseal(sealed, uniqueId, this.keys)) as Ticket | undefined;
    return ticket?.sub === subject && ticket.client_id === clientId;
  }
}
