/** Where a request came from, for the audit trail; null what is not known, as on the command line. */
export interface Origin {
  /** IP address, as the trusted proxies report it. */
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/** Who does something, and from where. */
export interface Actor {
  /** E-mail of a user, or what acts in nobody's name. */
  readonly name: string;
  readonly origin: Origin;
}

/** What the service does by itself. */
export const SERVICE: Actor = { name: 'service', origin: { address: null, userAgent: null, requestId: null } };
