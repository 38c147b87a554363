/**
 * Where a request came from, for the audit trail. Unknown parts are null, as on the command line.
 * @publicApi
 */
export interface Origin {
  /** IP address, as the trusted proxies report it. */
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/**
 * Who acts, and from where.
 * @publicApi
 */
export interface Actor {
  /** E-mail of the user, or the name of a part of the system that acts without a user. */
  readonly name: string;
  readonly origin: Origin;
}

/** The actor of everything the service does by itself. */
export const SERVICE: Actor = { name: 'service', origin: { address: null, userAgent: null, requestId: null } };
