import { hash } from 'node:crypto';
import { randomBytes } from '../kernel/random-bytes.js';

/** The stored form of a refresh token: base64 of the SHA-256 of salt and token. Each generation has a new salt. */
export interface TicketDigest {
  readonly salt: string;
  readonly hash: string;
}

/** Digests a token under a new random salt. */
export function digestTicket(token: string): TicketDigest {
  const salt = randomBytes(16).toString('base64');
  return { salt, hash: hashTicket(salt, token) };
}

/** Computes the same hash as `ticketHashSql`. */
export function hashTicket(salt: string, token: string): string {
  return hash('sha256', salt + token, 'base64');
}

/** SQL: the hash of a token under the record's stored salt. `token` is a parameter or a column. */
export function ticketHashSql(alias: string, token: string): string {
  return `encode(sha256(convert_to(${alias}.ticket_salt || ${token}::text, 'UTF8')), 'base64')`;
}
