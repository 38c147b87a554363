import type { RefreshToken } from '../refresh-token.entity.js';
import type { SessionColumns } from '../session-columns.js';

/**
 * The body of a creation: what clients may set (contract 1.1). The kit reads and checks it by the decorators of `RefreshToken`. Read-only and
 * unknown members are ignored.
 */
export type RefreshTokenInput = Readonly<Omit<RefreshToken, keyof SessionColumns>>;

/** The body of an update: the whole record, with its Id. An absent SystemId clears the stored SystemId. */
export interface RefreshTokenChange extends RefreshTokenInput {
  readonly Id: number;
}
