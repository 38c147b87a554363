import { Injectable } from '@nestjs/common';
import { RefreshTokenCodec } from '../sessions/refresh-token.codec.js';
import { hashTicket } from '../sessions/ticket-digest.js';
import { TicketsService } from '../sessions/tickets.service.js';
import type { LockedSession, Ticket } from './locked-session.js';

/** How many refreshes of a session may happen between a client's read of its record and the client's write. */
const GENERATIONS_REMEMBERED = 100;

/** Recognises tickets that a session had before. */
@Injectable()
export class EarlierTicketsService {
  constructor(
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
  ) {}

  /**
   * Whether the session had this ticket earlier. A sealed ticket that opens for this session comes from an earlier login, or was sealed
   * under an earlier secret. A digest is compared with the tokens of earlier generations, which can be derived again.
   */
  async had(session: LockedSession, given: Ticket): Promise<boolean> {
    if (given.ProtectedTicket !== session.ProtectedTicket) return this.tickets.isOf(session, given.ProtectedTicket);
    const { id, uniqueId, generation, firstGeneration } = session;
    const oldest = Math.max(firstGeneration, generation - GENERATIONS_REMEMBERED);
    for (let earlier = generation - 1; earlier >= oldest; earlier--) {
      const tokens = this.codec.encodeUnderAll({ id, uniqueId, generation: earlier });
      if (tokens.some((token) => hashTicket(given.TicketSalt, token) === given.TicketHash)) return true;
    }
    return false;
  }
}
