import { hash } from 'node:crypto';
import { randomBytes } from '../kernel/random-bytes.js';

/** A refresh token as it is at rest: base64 of SHA-256 of salt and token; the salt is new with each generation. */
export interface TicketDigest {
  readonly salt: string;
  readonly hash: string;
}

/** Digests a token under a new random salt. */
export function digestTicket(token: string): TicketDigest {
  const salt = randomBytes(16).toString('base64');
  return { salt, hash: hashTicket(salt, token) };
}

/** What `ticketHashSql` computes in SQL. */
export function hashTicket(salt: string, token: string): string {
  return hash('sha256', salt + token, 'base64');
}

/** SQL: the hash of a token under the record's stored salt. `token` is a parameter or a column. */
export function ticketHashSql(alias: string, token: string): string {
  return `encode(sha256(convert_to(${alias}.ticket_salt || ${token}::text, 'UTF8')), 'base64')`;
}
