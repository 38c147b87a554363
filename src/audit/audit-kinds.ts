import { PlugIn } from '../plug-ins/plug-in.js';

/**
 * What a kind of event means, for docs/audit-trail.md.
 * @publicApi
 */
export interface AuditKindDescription {
  readonly meaning: string;
  /** What the reason of such an event says, or what each reason means. */
  readonly reason?: string | Readonly<Record<string, string | AuditReasonDescription>>;
  /** What an operator does. */
  readonly action?: string;
}

/**
 * What a reason means, and what an operator does.
 * @publicApi
 */
export interface AuditReasonDescription {
  readonly meaning: string;
  readonly action?: string;
}

/**
 * Registers the kinds of events that a module writes. The OpenAPI document lists them, and an event of another kind is refused.
 * @publicApi
 */
export abstract class AuditKinds extends PlugIn {
  /** The kinds, by their names: lower-case letters, digits and `-`, at most 64. They are stable: programs and filters rely on them. */
  abstract readonly kinds: Readonly<Record<string, AuditKindDescription>>;
}
