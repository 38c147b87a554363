import { PlugIn } from '../plug-ins/plug-in.js';

/**
 * An e-mail address and a password that a client sent.
 * @publicApi
 */
export interface SentCredentials {
  readonly email: string;
  readonly password: string;
}

/**
 * What a directory says of credentials: `unknown` if it does not have the user, so that the service's own password decides; `wrong`; or that
 * they are right.
 * @publicApi
 */
export type VerifiedCredentials = 'unknown' | 'wrong' | RightCredentials;

/**
 * The credentials are right.
 * @publicApi
 */
export interface RightCredentials {
  /** The roles of a user whom the service adds at this sign-in. Later sign-ins do not change them. */
  readonly rolesOfNewUser?: readonly string[];
}

/**
 * Checks passwords in a directory of the team, at every sign-in and for Basic. There is one at most. The limits of guesses, the second
 * factor and the audit trail of the service stay as they are, and so does its own check of a password, so that no answer is quicker than
 * for a user of the service. At the first sign-in of a user whom only the directory knows, the service adds the user, with a random password.
 * @publicApi
 */
export abstract class CredentialVerifier extends PlugIn {
  /**
   * Checks credentials, within ten seconds.
   * @throws Error when the directory cannot answer: the client gets a 503, and the attempt does not count as a wrong password
   */
  abstract verify(credentials: SentCredentials): Promise<VerifiedCredentials>;
}
