import type { Actor } from '../kernel/origin.js';

/** The kinds of events. They are stable: programs and filters rely on them. */
export const AUDIT_KINDS = [
  'login',
  'login-failed',
  'refresh-retried',
  'refresh-refused',
  'refreshed-elsewhere',
  'session-ended',
  'record-created',
  'record-read',
  'record-updated',
  'record-deleted',
  'command-run',
  'user-added',
  'user-changed',
  'user-tampered',
  'audit-damaged',
  'signing-key-rotated',
  'audit-trail-read',
  'basic-sign-in',
  'token-introspected',
] as const;

/**
 * The kind of an event.
 * @publicApi
 */
export type AuditKind = (typeof AUDIT_KINDS)[number];

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
}
