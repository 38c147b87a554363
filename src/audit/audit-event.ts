import type { Actor } from '../kernel/origin.js';

/**
 * The kind of an event, as a module registers it with `AuditKinds`.
 * @publicApi
 */
export type AuditKind = string;

/**
 * Who did what, and why.
 * @publicApi
 */
export interface AuditAct {
  readonly kind: AuditKind;
  readonly actor: Actor;
  /** The reason: a stable word, for programs and people. */
  readonly reason?: string;
}

/** From where and when the token of a session was last redeemed, by a sign-in, a refresh or a repeated answer. */
export interface LastRedemption {
  readonly lastAddress: string | null | undefined;
  readonly lastUserAgent: string | null | undefined;
  readonly lastRequestId: string | null | undefined;
  readonly lastRedeemedOn: Date | null | undefined;
}

/**
 * An act, and the user, client, session and records that it was about.
 * @publicApi
 */
export interface AuditEvent extends AuditAct, Partial<LastRedemption> {
  readonly subject?: string | undefined;
  readonly clientId?: string | undefined;
  /** UniqueId of the session's record. */
  readonly sessionId?: string | undefined;
  /** Ids of the records that the act was about. */
  readonly recordIds?: readonly number[];
  /** The name of their resource, such as `Coupon`, if they are not RefreshTokens: the event's EntityShortName. */
  readonly resource?: string | undefined;
  /** The members of a record that the act changed, as JSON: an array of `MemberChange`. */
  readonly changes?: string | null | undefined;
}
