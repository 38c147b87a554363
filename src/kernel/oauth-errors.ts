import { catalogue } from './error-catalogue.js';

/** Failures that OAuth endpoints add to those of requests (RFC 6749, section 5.2; contract 3). */
export const OAUTH_ERRORS = catalogue({
  invalid_request: {
    status: 400,
    meaning: 'A parameter is missing or repeated, or two client names differ.',
    action: 'The caller corrects what the message names.',
  },
  invalid_grant: {
    status: 400,
    meaning: 'The refresh token is invalid, expired or revoked. The log and the audit trail have the reason.',
    action: 'The client has the user sign in again.',
  },
  invalid_credentials: {
    status: 400,
    meaning:
      'The user name or password is incorrect. On the wire this is `invalid_grant`; the log and the audit trail have the reason.',
    action: 'The user tries again.',
  },
  invalid_client: {
    status: 'varies',
    meaning:
      'The client could not be authenticated: 401 if it tried HTTP Basic, and at introspection; otherwise 400. The log and the audit trail have the reason.',
    action:
      'The operator compares what the client sends with its record: method, secret, keys, and whether it is enabled.',
  },
  invalid_target: {
    status: 400,
    meaning: 'The parameter `resource` names an audience that the client may not have (RFC 8707).',
    action: 'The client names one of its audiences. The operator adds the audience to `Audience` of the client.',
  },
  unsupported_token_type: {
    status: 400,
    meaning: 'The access token of a client itself cannot be revoked (RFC 7009, section 2.2.1).',
    action: 'The operator disables the client, or waits until the token expires.',
  },
  invalid_scope: {
    status: 400,
    meaning: 'A scope was requested while `REQUESTED_SCOPE` is `refuse`.',
    action: 'The client requests no scope, or the operator sets `REQUESTED_SCOPE` to `ignore`.',
  },
  unauthorized_client: {
    status: 400,
    meaning:
      'The client is disabled, is not registered while `CLIENTS` is `registered`, or may not use the grant or be used by the page. The log has the reason (`failure.detail`).',
    action: 'The operator changes the record of the client (`/api/sys/clients`), or the client uses another grant.',
  },
  unsupported_grant_type: {
    status: 400,
    meaning: 'The service has no grant of this type, or the body is not a form.',
    action: 'The client sends a form with a grant type that the message lists.',
  },
  two_factor_auth_check: {
    status: 400,
    meaning: 'The user has a second factor, and its code is missing or wrong.',
    action: 'The client asks the user for a code and sends it as `totp`.',
  },
  must_reset_password: {
    status: 400,
    meaning: 'The password must be changed before the user can sign in.',
    action: 'The client changes it by `PUT /api/account/expiredpassword`, or the operator by `users change E-MAIL`.',
  },
});
