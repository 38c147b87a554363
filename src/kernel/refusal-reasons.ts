/** Why the registry of clients refuses a client. */
const CLIENT_REFUSALS = {
  'client-disabled': 'the client is disabled',
  'client-not-registered': 'the client is not registered, and `CLIENTS` is `registered`',
  'grant-not-allowed': 'the `AllowedGrants` of the client do not have the grant',
} as const;

/** A reason for which the registry refuses a client. */
export type ClientRefusal = keyof typeof CLIENT_REFUSALS;

/**
 * Why a refresh token is refused. The response is the same for every reason (`invalid_grant`). The log, the metrics and the audit trail
 * have the reason. docs/errors.md is made from these texts.
 */
export const REFRESH_REFUSALS = {
  'not-issued-here': 'the text is not a refresh token that this service issued under a known `TESSERA_SECRET`',
  'session-ended': 'the session of the token has ended',
  edited: 'an edit of the record ended the session',
  'other-client': 'the request named another client than the sign-in did',
  expired:
    'the token was not used for `REFRESH_TOKEN_TTL`, or the session is older than `REFRESH_TOKEN_MAX_AGE`, or as the client or a role of the user has them',
  'cut-off': 'a user or an operator ended the session, with others, by a cutoff',
  ...CLIENT_REFUSALS,
  'user-disabled': 'the user is disabled',
  'unproven-key': 'the request had no DPoP proof, or none of the key of the session; the session continues',
  'user-tampered': 'something other than the service wrote the row of the user',
  'earlier-login': 'the user has since signed in again at the same client',
  'ahead-of-database': 'the token is newer than the database, which was restored from a backup',
  'superseded-in-flight':
    'another request superseded the token while this request was in flight; the session continues',
  'repeated-too-often': 'the same answer was already repeated a hundred times',
  'refreshed-elsewhere':
    'the refresh came from another network or user agent while `REFRESHED_ELSEWHERE` is `end`; the session ended',
  replayed: 'the token was used again after its retry windows; the session ended',
  contended: 'the session changed each time that the service read it; the session continues',
} as const;

/** Why the check of a password refuses a sign-in: for the log, the metrics and the audit trail. */
export const SIGN_IN_REFUSALS = {
  'unknown-user': '`invalid_credentials`: there is no user of this name',
  'wrong-password': '`invalid_credentials`: the password is wrong',
  'user-disabled': '`invalid_credentials`: the user is disabled, and the password is right',
  'no-code': '`two_factor_auth_check`: the user has a second factor, and no code was sent',
  'wrong-code': '`two_factor_auth_check`: the code is wrong, or was used before',
  'must-reset-password': '`must_reset_password`: the password must be changed first',
} as const;

/** Why a sign-in is refused, also after the check of its password. */
export const LOGIN_REFUSALS = {
  ...SIGN_IN_REFUSALS,
  'changed-meanwhile':
    '`invalid_credentials`: the user was disabled, or the password changed, while the sign-in was under way',
} as const;

/** A reason for which a sign-in is refused. */
export type SignInRefusal = keyof typeof LOGIN_REFUSALS;

/** Why a client is not authenticated: for the log, the metrics and the audit trail. */
export const CLIENT_AUTHENTICATION_REFUSALS = {
  'client-disabled': 'the client is disabled, and its authentication is right',
  'client-tampered': 'something other than the service wrote the row of the client',
  'other-method': 'the request uses another method of authentication than the client’s, or none',
  'wrong-secret': 'the secret is not one of the client’s',
  'not-registered': 'a client that is not registered sent an assertion',
  'assertion-type': '`client_assertion_type` is not `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`',
  'assertion-malformed': 'the assertion is not a JWT, or of another type of JWT',
  'assertion-signature': 'no key of the client verifies the assertion, or its algorithm is not accepted',
  'assertion-claims': '`iss` or `sub` is not the client, or `exp` or `jti` is missing',
  'assertion-audience': '`aud` is neither the issuer nor the endpoint',
  'assertion-expired': 'the assertion has expired',
  'assertion-early': '`nbf` or `iat` is in the future',
  'assertion-lives-long': 'the assertion is valid for longer than an hour',
  'assertion-reused': 'the `jti` was used before',
} as const;

/** A reason for which a client is not authenticated. */
export type ClientAuthenticationRefusal = keyof typeof CLIENT_AUTHENTICATION_REFUSALS;
