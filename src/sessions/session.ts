import type { AuditEvent, LastRedemption } from '../audit/audit-event.js';
import type { Origin } from '../kernel/origin.js';
import type { SignedPower } from '../users/user-seals.service.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';

/** A session of one user at one client, with the members that its tokens need. */
export interface Session {
  readonly id: number;
  /** The `sid` of its access tokens. */
  readonly uniqueId: string;
  readonly generation: number;
  readonly subject: string;
  readonly clientId: string;
  /** When the user last proved who they are. */
  readonly authTime: Date;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  /** The number of the latest cutoff that its sign-in saw; null when it saw none. */
  readonly cutoffsSeen: number | null;
  /** The time by the database's clock. */
  readonly now: Date;
}

/** A session as operators see it. */
export interface ListedSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly clientId: string;
  readonly createdOn: Date;
  /** When the user last proved who they are. */
  readonly authTime: Date;
  /** When its token was last rotated. */
  readonly rotatedOn: Date;
  readonly expiresOn: Date;
  /** When its token was last redeemed. This member and the next three are null before the first redemption. */
  readonly lastRedeemedOn: Date | null;
  readonly lastAddress: string | null;
  readonly lastUserAgent: string | null;
  readonly lastRequestId: string | null;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  /** The address from which the user signed in. */
  readonly firstAddress: string | null;
  /** What the client called the device at the sign-in. */
  readonly deviceName: string | null;
}

/** The device of a session: where its user signed in, and where its token was last redeemed. */
export type SessionDevice = Pick<
  ListedSession,
  'firstAddress' | 'lastAddress' | 'lastUserAgent' | 'lastRedeemedOn' | 'deviceName'
>;

/** A session and the refresh token that was issued for it. */
export interface IssuedSession extends Session {
  readonly refreshToken: string;
  /** Whether the token was issued earlier and is repeated, because the answer may have been lost. */
  readonly isRepeated?: boolean;
}

/** Sessions of a user; without a client, at every client. */
export interface SessionsOf {
  readonly subject: string;
  readonly clientId?: string | undefined;
}

/** The same, or only those of sign-ins before a time. */
export interface EarlierSessionsOf extends SessionsOf {
  readonly issuedBefore?: Date | undefined;
}

/** A session whose refresh token can be redeemed now. */
export interface CurrentSession extends Session {
  readonly rotatedOn: Date;
  readonly expiresOn: Date;
  readonly protectedTicket: string;
  /** The thumbprint of the key to which the session is bound (RFC 9449, section 5); null when it is not bound. */
  readonly jkt: string | null;
}

/** The user of an access token, and the generation that the token confirms; null when there is nothing to confirm. */
export interface ConfirmingUser extends SignedPower {
  readonly unconfirmed: number | null;
}

/** The session that a login is going to begin. Its token and its ticket contain these members. */
export interface PlannedLogin {
  readonly id: number;
  readonly uniqueId: string;
  readonly generation: number;
  readonly authTime: Date;
  /** The `uniqueId` of the existing row, on which the login begins; null when the login needs a new row. */
  readonly earlierUniqueId: string | null;
  /** Whether a cutoff ended the session of the existing row. Then the row must go first: access tokens of the ended session would live again. */
  readonly isCut: boolean;
}

/** A genuine token to rotate. */
export interface Rotatable {
  readonly claims: RefreshTokenClaims;
  readonly refreshToken: string;
  /** The client that the request names; undefined means the client of the token. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** The thumbprint of the key of the request's DPoP proof; undefined without a proof. */
  readonly jkt?: string | undefined;
}

/**
 * The result of a redemption: the members of the session that its token does not contain, and the user. The user's row may have been
 * written outside the service.
 */
export type Rotated = Omit<Session, keyof RefreshTokenClaims> & Omit<SignedPower, 'email'>;

/** The members of an event that describe its session. */
export function aboutSession({
  subject,
  clientId,
  uniqueId,
  id,
  ...last
}: Session & Partial<LastRedemption>): Omit<AuditEvent, 'kind' | 'actor' | 'reason'> {
  const { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn } = last;
  const redemption = { lastAddress, lastUserAgent, lastRequestId, lastRedeemedOn };
  return { subject, clientId, sessionId: uniqueId, recordIds: [id], ...redemption };
}
