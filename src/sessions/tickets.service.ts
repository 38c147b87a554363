import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { reseal, seal, unseal } from '../kernel/seal.js';
import type { Session } from './session.js';

type Sealed = Pick<Session, 'subject' | 'clientId' | 'uniqueId'>;
type ToSeal = Sealed & Pick<Session, 'authTime' | 'amr'>;

/** The content of a sealed ticket (names of RFC 7519 and RFC 9068). */
export interface Ticket {
  readonly sub: string;
  readonly client_id: string;
  /** Seconds since 1970. */
  readonly auth_time: number;
  readonly amr: readonly string[];
}

/**
 * Seals the facts of a login into the record's ProtectedTicket. The seal is bound to the record's UniqueId, so a ticket that was copied
 * into another record is not valid there.
 */
@Injectable()
export class TicketsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(settings: Settings) {
    this.keys = deriveKeys('ticket-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** The ticket of a session, as a compact JWE. */
  seal({ subject, clientId, authTime, amr, uniqueId }: ToSeal): string {
    const ticket: Ticket = { sub: subject, client_id: clientId, auth_time: authTime.getTime() / 1000, amr };
    return seal(ticket, uniqueId, this.keys[0]);
  }

  /**
   * Seals the ticket of this record again under the current secret. Undefined when that is not needed, or when no secret opens the ticket.
   */
  reseal(sealed: string, uniqueId: string): Promise<string | undefined> {
    return reseal(sealed, uniqueId, this.keys);
  }

  /** Whether the service sealed this ticket for this session, and the ticket is unchanged. */
  async isOf({ subject, clientId, uniqueId }: Sealed, sealed: string): Promise<boolean> {
    const ticket = (await unseal(sealed, uniqueId, this.keys)) as Ticket | undefined;
    return ticket?.sub === subject && ticket.client_id === clientId;
  }
}
