import type { LastRedemption } from '../audit/audit-event.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { AppError } from '../kernel/app-error.js';
import type { ClientRefusal, REFRESH_REFUSALS } from '../kernel/refusal-reasons.js';
import type { Session } from './session.js';

/** Why a token is refused. */
export type Refusal = keyof typeof REFRESH_REFUSALS;

/** The session of a token that was not redeemed, as the database knows it. */
export interface Diagnosis extends Session, LastRedemption, SignedPower {
  readonly issued: boolean;
  readonly firstGeneration: number;
  readonly salt: string;
  readonly hash: string;
  readonly isSameClient: boolean;
  readonly isExpired: boolean;
  /** Whether a cutoff ended the session. */
  readonly isCut: boolean;
  /** Why the client may not refresh; null when it may. */
  readonly refusalOfClient: ClientRefusal | null;
  /** Whether the session is not bound to a key, or the request has a proof of this key; and has a proof if the client needs one. */
  readonly isOfKey: boolean;
  /** The first generation that was issued to the key; null when the session is not bound. */
  readonly boundFrom: number | null;
  /** How many seconds ago the token was superseded; null for the current token, and for a token older than the recorded rotations. */
  readonly sinceSuperseded: number | null;
  /** How many seconds ago the next token was superseded, likewise. */
  readonly sinceSuccessorSuperseded: number | null;
  /** Whether an access token of the current generation was accepted. Then the client also has the current refresh token. */
  readonly isConfirmed: boolean;
  /** How often the service has repeated the current token. */
  readonly repetitions: number;
  /** Whether the token comes from another network than at the previous redemption; false when one of the networks is unknown. */
  readonly isOtherNetwork: boolean;
  readonly isUserEnabled: boolean;
}

/** The time limits for repeating an answer, in seconds. */
export interface Windows {
  readonly retry: number;
  readonly lostAnswer: number;
}

/**
 * The result for a genuine token: it is the current token; its client gets the current token again; it is refused; or it is a replay, which
 * ends the session (RFC 9700, section 4.14.2).
 */
export type Verdict = 'current' | 'repeat' | Refusal;

/** How often the service repeats the current token, at most. */
export const REPETITIONS = 100;

/** How many seconds two tokens were out of use when the request came. Negative: the token was superseded later. Infinity: unknown, but long. */
export interface OutOfUse {
  /** The presented token, when its request had arrived. */
  readonly token: number;
  /** The next token, when this process had read the request. */
  readonly successor: number;
}

/**
 * Judges a token of this generation. Only the time at which this token was superseded counts. Anything that the user or the sender did
 * later does not matter.
 */
export function judge(session: Diagnosis, generation: number, outOfUse: OutOfUse, windows: Windows): Verdict {
  const refusal = refusalOf(session, generation);
  if (refusal) return refusal;
  // A repetition may have bound the session after its current token was issued.
  if (generation === session.generation) return session.isOfKey ? 'current' : 'unproven-key';
  if (generation === session.generation - 1 && isIdempotent(session, outOfUse.token, windows)) {
    if (!session.isOfKey) return 'unproven-key';
    return session.repetitions < REPETITIONS ? 'repeat' : 'repeated-too-often';
  }
  // The token was superseded while the request was in flight, if it was still the current token when the request arrived, or the previous
  // token within the retry window.
  const wasCurrent = outOfUse.token < 0;
  const wasPrevious = outOfUse.token < windows.retry && outOfUse.successor < 0;
  return wasCurrent || wasPrevious ? 'superseded-in-flight' : 'replayed';
}

/** Whether the answer with the current token may have been lost: within the retry window, or while no client has used the current token. */
function isIdempotent({ isConfirmed }: Diagnosis, outOfUseFor: number, { retry, lostAnswer }: Windows): boolean {
  return outOfUseFor < retry || (!isConfirmed && outOfUseFor < lostAnswer);
}

/** The reason to refuse a token that does not depend on its age; undefined when there is none. */
function refusalOf(session: Diagnosis, generation: number): Refusal | undefined {
  if (!session.issued) return 'edited';
  if (!session.isSameClient) return 'other-client';
  if (session.refusalOfClient) return session.refusalOfClient;
  if (generation > session.generation) return 'ahead-of-database';
  if (generation < session.firstGeneration) return 'earlier-login';
  if (session.isCut) return 'cut-off';
  if (session.isExpired) return 'expired';
  if (!session.isUserEnabled) return 'user-disabled';
  return isUnproven(session, generation) ? 'unproven-key' : undefined;
}

/**
 * Whether the token was issued to a key, and the request has no proof of this key. Such a token is worthless to a thief, so it ends
 * nothing. A token that was issued before the session was bound is judged by its age: a thief may have bound the session to a key.
 */
function isUnproven({ isOfKey, boundFrom }: Diagnosis, generation: number): boolean {
  return !isOfKey && (boundFrom === null || generation >= boundFrom);
}

/** The refusal of a token. The response is the same for every reason. */
export function invalidGrant(detail: Refusal): AppError {
  return new AppError('invalid_grant', 400, 'The refresh token is not valid, or no longer.', { detail });
}
