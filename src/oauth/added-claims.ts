import { PlugIn } from '../plug-ins/plug-in.js';

/**
 * The session for which an access token is made.
 * @publicApi
 */
export interface ClaimedSession {
  /** The user's e-mail address. */
  readonly subject: string;
  readonly clientId: string;
  /** The `sid` of its access tokens. */
  readonly sessionId: string;
  /** When and how the user was authenticated (RFC 8176). */
  readonly authTime: Date;
  readonly amr: readonly string[];
}

/**
 * Adds claims to every access token, at a sign-in and at a refresh. Introspection returns them too. If it throws, or takes longer than two
 * seconds, the request gets a 503, and the same refresh token works again.
 * @publicApi
 */
export abstract class AddedClaims extends PlugIn {
  /** The names of the claims. None of them is a claim of the service or of another plug-in. */
  abstract readonly names: readonly string[];

  /** The values by name, as JSON. A name without a value is left out. All added claims of a token have at most 2,048 bytes. */
  abstract claimsOf(
    session: ClaimedSession,
  ): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}
