import type { LastRedemption } from '../audit/audit-event.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { AppError } from '../kernel/app-error.js';
import type { REFRESH_REFUSALS } from '../kernel/refusal-reasons.js';
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
  /** For how long, in seconds, the token has been out of use; null for the current one, and for one older than the rotations on record. */
  readonly sinceSuperseded: number | null;
  /** The same of the token that followed it. */
  readonly sinceSuccessorSuperseded: number | null;
  /** Whether an access token of the current generation was accepted: then its client has the current refresh token too. */
  readonly isConfirmed: boolean;
  /** How often the current token was given again. */
  readonly repetitions: number;
  /** Whether the token comes from another network than the redemption before; false when either is not known. */
  readonly isOtherNetwork: boolean;
  readonly isUserEnabled: boolean;
}

/** In seconds. */
export interface Windows {
  readonly retry: number;
  readonly lostAnswer: number;
}

/**
 * What becomes of a genuine token: it is the current one; its client gets the current one again; it is refused; or it is a replay, which
 * ends the session (RFC 9700, section 4.14.2).
 */
export type Verdict = 'current' | 'repeat' | Refusal;

/** The current token is given again so often at most. */
export const REPETITIONS = 100;

/** How many seconds before the session was read the request had arrived, at the earliest, and was read by this process. */
export interface Age {
  readonly sinceArrival: number;
  readonly sinceRead: number;
}

/**
 * Judges a token of this generation. What its holder, or its sender,
 * did since then changes nothing: what counts is when this very token was superseded.
 */
export function judge(session: Diagnosis, generation: number, age: Age, windows: Windows): Verdict {
  const refusal = refusalOf(session, generation);
  if (refusal) return refusal;
  if (generation === session.generation) return 'current';
  const { sinceSuperseded, sinceSuccessorSuperseded } = session;
  const outOfUseAtArrival = (sinceSuperseded ?? Infinity) - age.sinceArrival;
  if (generation === session.generation - 1 && isRepeatable(session, outOfUseAtArrival, windows)) {
    return session.repetitions < REPETITIONS ? 'repeat' : 'repeated-too-often';
  }
  // The session went on while the request was on its way. Before, the token was the current one, or the previous one in the retry window.
  const wasCurrent = outOfUseAtArrival < 0;
  const wasPrevious = outOfUseAtArrival < windows.retry && (sinceSuccessorSuperseded ?? Infinity) < age.sinceRead;
  return wasCurrent || wasPrevious ? 'superseded-in-flight' : 'replayed';
}

/** Whether the answer that brought the current token may have been lost: within the retry window, or while nobody has used it. */
function isRepeatable({ isConfirmed }: Diagnosis, outOfUseFor: number, { retry, lostAnswer }: Windows): boolean {
  return outOfUseFor < retry || (!isConfirmed && outOfUseFor < lostAnswer);
}

/** What stands against a token whatever its age, or undefined. */
function refusalOf(session: Diagnosis, generation: number): Refusal | undefined {
  if (!session.issued) return 'edited';
  if (!session.isSameClient) return 'other-client';
  if (generation > session.generation) return 'ahead-of-database';
  if (generation < session.firstGeneration) return 'earlier-login';
  if (session.isExpired) return 'expired';
  return session.isUserEnabled ? undefined : 'user-disabled';
}

/** The refusal of a token, alike on the wire for every reason. */
export function invalidGrant(detail: Refusal): AppError {
  return new AppError('invalid_grant', 400, 'The refresh token is not valid, or no longer.', { detail });
}
