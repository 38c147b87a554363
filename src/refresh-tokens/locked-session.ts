import type { RefreshTokenClaims } from '../sessions/refresh-token.codec.js';
import type { RefreshTokenChange, RefreshTokenInput } from './dto/refresh-token.dto.js';

/** A session that is locked for an edit of its record. Members that the edit must not change have the names of the contract. */
export interface LockedSession extends RefreshTokenClaims {
  readonly firstGeneration: number;
  readonly subject: string;
  readonly clientId: string;
  readonly authTime: Date;
  readonly createdOn: Date;
  readonly ExpiresOn: Date;
  readonly ProtectedTicket: string;
  readonly TicketSalt: string;
  readonly TicketHash: string;
}

/** The ticket of a record, as clients set it. */
export type Ticket = Pick<RefreshTokenInput, 'ProtectedTicket' | 'TicketSalt' | 'TicketHash'>;

/** The members that an edit by a stale copy of a session's record may leave as they are. */
export type Kept = Ticket & Pick<RefreshTokenInput, 'ExpiresOn'>;

/**
 * What an edit by a stale copy of a session's record stores. The ticket stays. The expiry stays too if it comes from an earlier login. An
 * expiry before the record's creation cannot come from a login, so it is intended and applied.
 */
export function keptOf({ authTime, createdOn, ...session }: LockedSession, stale: RefreshTokenChange): Kept {
  const isOfEarlierLogin = stale.ProtectedTicket !== session.ProtectedTicket;
  const isItsExpiry = isOfEarlierLogin && stale.ExpiresOn <= authTime && stale.ExpiresOn >= createdOn;
  const { ProtectedTicket, TicketSalt, TicketHash } = session;
  return { ProtectedTicket, TicketSalt, TicketHash, ExpiresOn: isItsExpiry ? session.ExpiresOn : stale.ExpiresOn };
}
