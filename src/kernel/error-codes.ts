import type { AddedErrorCodes } from './added-error-codes.js';
import { COMMAND_ERRORS } from './command-errors.js';
import { catalogue } from './error-catalogue.js';
import { OAUTH_ERRORS } from './oauth-errors.js';

/** Failures of requests. */
export const REQUEST_ERRORS = catalogue({
  bad_request: {
    status: 400,
    meaning: 'The request does not have the form that the route expects.',
    action: 'The caller corrects what the message names.',
  },
  validation: {
    status: 400,
    meaning: 'Members or parameters failed their checks.',
    action: 'The caller corrects the members that `Errors` lists.',
  },
  request_refused: {
    status: 'varies',
    meaning:
      'The web server refused the request: no such path (404), too large (413, 414, 431), too slow (408), unreadable (400, 415).',
    action: 'The caller corrects the request by its status.',
  },
  unauthorized: {
    status: 401,
    meaning: 'The credentials are missing, invalid or expired.',
    action: 'The caller refreshes its access token, or signs in.',
  },
  invalid_dpop_proof: {
    status: 'varies',
    meaning:
      'The DPoP proof is not valid, for the reason in the message (RFC 9449): 400 at the token endpoint, 401 at other routes.',
    action:
      'The client corrects what the message names. If it is `iat`, the clock of the client or of the database is wrong.',
  },
  use_dpop_nonce: {
    status: 'varies',
    meaning:
      'The DPoP proof has no nonce of the service, or an old one (RFC 9449): 400 at the token endpoint, 401 at other routes.',
    action: 'The client repeats the request with a proof that has the nonce of the header `DPoP-Nonce`.',
  },
  insufficient_user_authentication: {
    status: 401,
    meaning: 'The act weakens the account, and the sign-in is older than five minutes (RFC 9470).',
    action: 'The client has the user sign in again, and repeats the request.',
  },
  insufficient_scope: {
    status: 403,
    meaning: 'The user lacks the role, or the route declares no policy.',
    action: 'The operator grants the role: `npm run cli -- users grant E-MAIL ROLE`.',
  },
  beyond_own_rights: {
    status: 403,
    meaning: 'The write is about a user with rights that the caller does not have, or would give such rights.',
    action: 'A full administrator, or a user with these roles, makes the change.',
  },
  not_found: {
    status: 404,
    meaning: 'There is no record with this Id, or no such user.',
    action: 'The caller looks the record up. It may have been deleted.',
  },
  method_not_allowed: {
    status: 405,
    meaning: 'The path does not offer the method.',
    action: 'The caller uses a method that `Allow` lists.',
  },
  abandoned: {
    status: 408,
    meaning: 'The client disconnected before the service carried out the request. Nothing was written.',
    action: 'If there are many, the machine lacks processor time: the operator adds processors or a replica.',
  },
  client_too_slow: {
    status: 408,
    meaning: 'The client read a large page too slowly, and the service closed the connection.',
    action: 'The caller reads faster, or asks for smaller pages.',
  },
  last_administrator: {
    status: 409,
    meaning: 'Without this user, no enabled user would be a full administrator. Nothing was written.',
    action: 'The operator makes another user a full administrator first.',
  },
  own_erasure: {
    status: 409,
    meaning: 'An administrator wants to erase the own person. The event of the erasure would name the person.',
    action: 'Another administrator erases the person, or the command line does.',
  },
  client_tampered: {
    status: 409,
    meaning: 'Another program changed the record of the client in the database, so it gets no secret.',
    action:
      'The operator checks all members of the record and saves it. This ends its secrets. Then a new one can be made.',
  },
  precondition_failed: {
    status: 412,
    meaning: 'The entity tag of the record does not meet `If-Match` or `If-None-Match`. Nothing was written.',
    action: 'The caller reads the record again and repeats the change.',
  },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body is not a form.',
    action: 'The caller sends `application/x-www-form-urlencoded`.',
  },
  unsupported_encoding: {
    status: 415,
    meaning: 'The body has a content coding, such as gzip.',
    action: 'The caller sends the body without a content coding.',
  },
  expectation_failed: {
    status: 417,
    meaning: 'The header `Expect` has a value other than `100-continue`.',
    action: 'The caller leaves the header out.',
  },
  too_many_attempts: {
    status: 429,
    meaning: 'Too many attempts with this user, session or address.',
    action: 'The caller waits for `Retry-After`. The operator looks for guessing in the audit trail (`login-failed`).',
  },
  search_in_progress: {
    status: 429,
    meaning: 'Another large search of the same user is still running.',
    action: 'The caller reads one large page after another.',
  },
  too_many_searches: {
    status: 429,
    meaning: 'This process already sends as many large pages as it has memory for.',
    action: 'The caller waits for `Retry-After`, or asks for smaller pages.',
  },
  too_many_listeners: {
    status: 429,
    meaning: 'As many requests as this process allows already wait for the end of a session.',
    action:
      'The caller waits for `Retry-After`. The operator lets each resource server wait with one request at a time.',
  },
  internal: {
    status: 500,
    meaning: 'The service failed unexpectedly.',
    action: 'The operator finds the request id in the log, and reports the stack that is logged with it.',
  },
  totp_sealed: {
    status: 500,
    meaning: 'The second factor of the user was sealed under another `TESSERA_SECRET`.',
    action: 'The operator adds that secret to `TESSERA_SECRET_PREVIOUS`, or runs `npm run cli -- totp disable E-MAIL`.',
  },
  database_busy: {
    status: 503,
    meaning:
      'A statement or a lock took too long, or the server lacks disk or memory, or accepts no writes. Nothing was written.',
    action:
      'The caller tries again after `Retry-After`. The operator looks for blocking sessions, then at disk and memory of the server.',
  },
  database_unreachable: {
    status: 503,
    meaning: 'The database cannot be reached. The message says whether something may have been written.',
    action:
      'The caller tries again after `Retry-After`. The operator brings the database back and does not restart the service.',
  },
  not_ready: {
    status: 503,
    meaning: '`/health/ready` answers this while the database does not answer or the process is stopping.',
    action: 'The load balancer sends no requests to the replica. The log has the reason.',
  },
  sign_ins_busy: {
    status: 503,
    meaning: 'Too many sign-ins wait for their password to be checked. No password was checked.',
    action: 'The caller tries again after `Retry-After`. The operator adds processors or replicas if it lasts.',
  },
  client_keys_unavailable: {
    status: 503,
    meaning: 'The keys of a client could not be fetched from its `JwksUri`, so its assertion was not checked.',
    action: 'The caller tries again after `Retry-After`. The log has the reason (`failure.detail`).',
  },
  claims_unavailable: {
    status: 503,
    meaning: 'A module that adds claims to access tokens failed. The session was begun or refreshed.',
    action: 'The caller repeats the request after `Retry-After`. The log has the reason (`failure.detail`).',
  },
  health_check_failed: {
    status: 503,
    meaning: '`/health/ready` answers this while a health check of a module fails.',
    action: 'The load balancer sends no requests to the replica. The log has the reason (`failure.detail`).',
  },
  directory_unavailable: {
    status: 503,
    meaning: 'The directory of a module that checks passwords failed. No password was counted as wrong.',
    action: 'The caller tries again after `Retry-After`. The operator brings the directory back.',
  },
  origin_not_allowed: {
    status: 204,
    meaning:
      'A page of an origin that neither `ALLOWED_ORIGINS` nor a registered client lists tried to call the service from a browser. Only the log has this code.',
    action: 'The operator adds the origin if the page is one of yours.',
  },
});

/** Whether the catalogue has this code. A module declares other codes. */
export function isOwnErrorCode(code: string): boolean {
  return [REQUEST_ERRORS, OAUTH_ERRORS, COMMAND_ERRORS].some((catalogued) => Object.hasOwn(catalogued, code));
}

type Errors = typeof REQUEST_ERRORS & typeof OAUTH_ERRORS & typeof COMMAND_ERRORS;
type OwnErrorCode = keyof Errors;

// Not by its name: TypeScript lets other packages add to an interface that is re-exported by a star alone.
export * from './added-error-codes.js';

/**
 * The stable code of a failure, for programs and people: a code of the catalogue, or a code that an added module declares.
 * @publicApi
 */
export type ErrorCode = OwnErrorCode | keyof AddedErrorCodes;

/**
 * The status that goes with a code.
 * @publicApi
 */
export type StatusOf<Code extends ErrorCode> = Code extends OwnErrorCode
  ? Numeric<Errors[Code]['status']>
  : Code extends keyof AddedErrorCodes
    ? AddedErrorCodes[Code]
    : never;

type Numeric<Status> = Status extends number ? Status : number;
