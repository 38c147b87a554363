import { Injectable } from '@nestjs/common';
import { actValues } from '../audit/audited.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Settings } from '../config/settings.js';
import { Statements, type Statement } from '../database/statements.js';
import { abandoned } from '../http/arrival.js';
import { AppError } from '../kernel/app-error.js';
import { throwOutcomeUnknown } from '../kernel/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import { judge, REPETITIONS, type Diagnosis, type Refusal } from './judgement.js';
import { DIAGNOSE, END_ELSEWHERE, END_REPLAYED, REPEAT } from './redemption.statements.js';
import { RefreshTokenCodec } from './refresh-token-codec.js';
import { placeOf, Rotations, type Rotatable } from './rotations.js';
import { aboutSession, type IssuedSession } from './session.js';
import { hashTicket } from './ticket-digest.js';

/** A refresh token that is presented for a new one. */
export interface Presented {
  readonly refreshToken: string;
  /** Undefined stands for the default, the user's e-mail. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** When the request had arrived in full, at the earliest, in milliseconds by `performance.now()`. */
  readonly receivedAt: number;
  /** Whether its sender has hung up by now, and waits for no answer. */
  readonly isAbandoned: () => Promise<boolean>;
}

/** A genuine token, and whether nobody waits for its answer any more. */
interface Token extends Rotatable, Pick<Presented, 'receivedAt'> {
  readonly isAbandoned: boolean;
}

/** Rotations and logins may come between reading a session and acting on it; each time around the token is older. */
const ATTEMPTS = 5;
/** The age of a token is known to within the time that reading its session took: what took longer is read again. */
const PRECISE_MS = 25;
const READINGS = 3;

/** Exchanges refresh tokens for new ones. */
@Injectable()
export class Redemption {
  constructor(
    private readonly statements: Statements,
    private readonly rotations: Rotations,
    private readonly codec: RefreshTokenCodec,
    private readonly trail: AuditTrail,
    private readonly settings: Settings,
  ) {}

  /**
   * Puts a token out of use and issues the next, in one statement. The token just before the current one gets the current one again when
   * that may never have reached its client: within the retry window, or later while nobody has used it. A token that was superseded
   * before its request arrived is otherwise a replay and ends the session (RFC 9700, section 4.14.2). For a sender that has hung up
   * nothing is redeemed; a replay of theirs ends the session all the same.
   * @throws AppError invalid_grant, alike for every reason; 408 for a current token whose sender has hung up
   */
  async redeem({ isAbandoned, ...presented }: Presented): Promise<IssuedSession> {
    const claims = this.codec.decode(presented.refreshToken);
    if (!claims) throw invalidGrant('not-issued-here');
    const token = { ...presented, claims, isAbandoned: await isAbandoned() };
    const session = token.isAbandoned ? undefined : await this.rotations.rotate(token);
    // It may have been sent twice, and done the first time: from here on no failure says that nothing was written.
    return session ?? this.explainOrRotate(token).catch(throwOutcomeUnknown);
  }

  private async explainOrRotate(token: Token): Promise<IssuedSession> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = (await this.explain(token)) ?? (await this.rotations.rotateLocked(token));
      if (session) return session;
    }
    throw invalidGrant('contended');
  }

  /** Why the token was not redeemed, and what follows from that. Undefined when the session changed meanwhile: try again. */
  private async explain(token: Token): Promise<IssuedSession | undefined> {
    const { REFRESH_RETRY_WINDOW: retry, REFRESH_LOST_ANSWER_WINDOW: lostAnswer } = this.settings;
    const { session, age } = await this.diagnose(token);
    if (!session) return this.refuseEnded(token);
    const verdict = judge(session, token.claims.generation, age, { retry, lostAnswer });
    if (verdict === 'replayed') return this.end(END_REPLAYED, session, token, verdict);
    if (verdict !== 'current' && verdict !== 'repeat') return this.refuse(session, verdict, token.origin);
    if (token.isAbandoned) throw abandoned();
    const change = changeOfPlace(session, token.origin);
    if (change && this.settings.REFRESHED_ELSEWHERE === 'end')
      return this.end(END_ELSEWHERE, session, token, 'refreshed-elsewhere');
    if (verdict === 'repeat') return this.repeat(session, token, change);
    return hashTicket(session.salt, token.refreshToken) === session.hash
      ? undefined
      : this.refuse(session, 'edited', token.origin);
  }

  /** The session of a token, and how many seconds before the answer of the database the token's request arrived. */
  private async diagnose({ claims, clientId, receivedAt }: Token): Promise<{ session?: Diagnosis; age: number }> {
    const { id, uniqueId, generation } = claims;
    const values = [id, uniqueId, clientId, this.settings.REFRESH_TOKEN_MAX_AGE, generation];
    for (let reading = 1; ; reading++) {
      const begun = performance.now();
      const [session] = await this.statements.run<Diagnosis>(DIAGNOSE, values);
      const now = performance.now();
      const age = (now - receivedAt) / 1000;
      if (!session) return { age };
      if (now - begun < PRECISE_MS || reading === READINGS) return { session, age };
    }
  }

  /** The current token again: the family never forks. Undefined when the session went on meanwhile. */
  private async repeat(session: Diagnosis, { origin }: Token, change: string): Promise<IssuedSession | undefined> {
    const refreshToken = this.codec
      .encodeUnderAll(session)
      .find((token) => hashTicket(session.salt, token) === session.hash);
    if (refreshToken === undefined) return this.refuse(session, 'edited', origin);
    const { id, uniqueId, generation, subject } = session;
    const actor = { name: subject, origin };
    const from = [origin.address, origin.userAgent, origin.requestId];
    const act = actValues({ kind: 'refresh-retried', actor });
    const repeated = await this.statements.run(REPEAT, [id, uniqueId, generation, REPETITIONS, ...from, ...act]);
    if (repeated.length === 0) return undefined;
    if (change) {
      const event = { kind: 'refreshed-elsewhere', actor, reason: `${change} retried` } as const;
      await this.trail.recordWithinBounds({ ...event, ...aboutSession(session) });
    }
    return { ...session, refreshToken, isRepeated: true };
  }

  /** Undefined when the user signed in again meanwhile. */
  private async end(
    statement: Statement,
    session: Diagnosis,
    { claims, origin }: Token,
    reason: Refusal,
  ): Promise<undefined> {
    const act = actValues({ kind: 'session-ended', actor: { name: session.subject, origin }, reason });
    const ended = await this.statements.run(statement, [session.id, session.uniqueId, claims.generation, ...act]);
    if (ended.length > 0) throw invalidGrant(reason);
  }

  private async refuseEnded({ claims: { id, uniqueId }, origin }: Token): Promise<never> {
    const reason = 'session-ended';
    const actor = { name: 'unknown', origin };
    const about = { sessionId: uniqueId, recordIds: [id] };
    await this.trail.recordWithinBounds({ kind: 'refresh-refused', actor, reason, ...about });
    throw invalidGrant(reason);
  }

  private async refuse(session: Diagnosis, reason: Refusal, origin: Origin): Promise<never> {
    const actor = { name: session.subject, origin };
    await this.trail.recordWithinBounds({ kind: 'refresh-refused', actor, reason, ...aboutSession(session) });
    throw invalidGrant(reason);
  }
}

/** What differs from where the session was redeemed last: `network`, `user-agent`, both, or nothing. */
function changeOfPlace({ lastRedeemedOn, lastAddress, lastUserAgent }: Diagnosis, origin: Origin): string {
  if (!lastRedeemedOn) return '';
  const isOtherNetwork = lastAddress && origin.address && placeOf(lastAddress) !== placeOf(origin.address);
  const isOtherAgent = (lastUserAgent ?? null) !== origin.userAgent;
  return [...(isOtherNetwork ? ['network'] : []), ...(isOtherAgent ? ['user-agent'] : [])].join(' ');
}

function invalidGrant(detail: Refusal): AppError {
  return new AppError('invalid_grant', 400, 'The refresh token is not valid, or no longer.', { detail });
}
