/** For whom an access token is (RFC 7519, section 4.1.3). A token of another program under the same key may have none. */
export type Audience = string | readonly string[];

/** The claims of every access token (RFC 9068, section 2.2). */
interface CommonClaims {
  readonly iss: string;
  readonly aud: Audience;
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  /** The thumbprint of the key to which the token is bound (RFC 9449, section 6.1). */
  readonly cnf?: { readonly jkt: string };
}

/** The claims of an access token of a user's session. */
export interface SessionTokenClaims extends CommonClaims {
  readonly sid: string;
  /** Generation of the refresh token that was issued with the access token. */
  readonly generation?: number;
  readonly auth_time: number;
  readonly amr: readonly string[];
  /** The number of the latest cutoff that the sign-in saw; absent when it saw none. A later cutoff ends the session. */
  readonly cutoffs_seen?: number;
}

/** The claims of an access token of a client itself: it has no session. */
export interface ClientTokenClaims extends CommonClaims {
  readonly sid?: never;
}

export type AccessTokenClaims = SessionTokenClaims | ClientTokenClaims;

/** The claims that identify the session of an access token. Times are in seconds since 1970. */
export interface AccessTokenReference {
  /** UniqueId of the session. */
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly issued: number;
  readonly expires: number;
  /** Generation of the refresh token that was issued with the access token; null when the token does not contain it. */
  readonly generation: number | null;
}

/** The reference to the session in a token's claims. */
export function referenceOf({ sid, sub, client_id, iat, exp, generation }: SessionTokenClaims): AccessTokenReference {
  return {
    ...{ uniqueId: sid, subject: sub, clientId: client_id },
    ...{ issued: iat, expires: exp, generation: generation ?? null },
  };
}
