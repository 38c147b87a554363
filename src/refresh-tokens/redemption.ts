import { Injectable } from '@nestjs/common';
import { actValues } from '../audit/audited.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Settings } from '../config/settings.js';
import { askedValues, inPlaces, type Placed } from '../database/asked.js';
import { Statements, type Statement } from '../database/statements.js';
import { AppError } from '../kernel/app-error.js';
import { Batched } from '../kernel/batched.js';
import { throwOutcomeUnknown } from '../kernel/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import type { SignedPower } from '../users/user-seals.js';
import { UsersService } from '../users/users.service.js';
import { RefreshTokenCodec, type RefreshTokenClaims } from './refresh-token-codec.js';
import { aboutSession, type IssuedSession, type Session } from './session.js';
import { DIAGNOSE, END_REPLAYED, REDEEM, REDEEM_HELD, RESEAL_TICKET, TICKET } from './session.statements.js';
import { digestTicket, hashTicket, type TicketDigest } from './ticket-digest.js';
import { Tickets } from './tickets.js';

/** A refresh token that is presented for a new one. */
export interface Presented {
  readonly refreshToken: string;
  /** Undefined stands for the default, the user's e-mail. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  /** When the request came, at the earliest, in milliseconds by `performance.now()`. */
  readonly receivedAt: number;
  /** Whether its sender has hung up by now, and waits for no answer. */
  readonly isAbandoned: () => Promise<boolean>;
}

/** A token, and the digest of the one that is to follow it. */
interface Rotation extends RefreshTokenClaims, TicketDigest {
  readonly refreshToken: string;
  readonly clientId: string | undefined;
}

/** A session and its user, whose row may have been written outside the service. */
type SessionRow = Session & SignedPower & Record<string, unknown>;

/** What is known of the session of a token that was not redeemed. */
interface Diagnosis extends SessionRow {
  readonly issued: boolean;
  readonly firstGeneration: number;
  readonly salt: string;
  readonly hash: string;
  readonly isSameClient: boolean;
  readonly isExpired: boolean;
  /** In seconds. */
  readonly sinceRotation: number;
  readonly isUserEnabled: boolean;
}

/** Why a token is refused. On the wire they all look alike; in the log, the metrics and the audit trail they differ. */
export const REDEMPTION_REFUSALS = [
  'not-issued-here',
  'session-ended',
  'edited',
  'other-client',
  'expired',
  'user-disabled',
  'user-tampered',
  'earlier-login',
  'ahead-of-database',
  'overtaken',
  'replayed',
  'contended',
] as const;

type Refusal = (typeof REDEMPTION_REFUSALS)[number];

/** Rotations and logins may come between reading why and acting on it; each time around the token is older. */
const ATTEMPTS = 5;

/** Exchanges refresh tokens for new ones. */
@Injectable()
export class Redemption {
  private readonly rotations = new Batched((rotations: readonly Rotation[]) => this.redeemEach(REDEEM, rotations));

  // eslint-disable-next-line @typescript-eslint/max-params -- one collaborator for each step of a redemption
  constructor(
    private readonly statements: Statements,
    private readonly users: UsersService,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: Tickets,
    private readonly trail: AuditTrail,
    private readonly settings: Settings,
  ) {}

  /**
   * Puts a token out of use and issues the next, in one statement. The token just before the current one gets the current one again
   * within the retry window: the answer was lost, or two tabs refreshed at once. An older one of the same login is a replay and ends
   * the session (RFC 9700, section 4.14.2).
   * @throws AppError invalid_grant, alike for every reason
   */
  async redeem(presented: Presented): Promise<IssuedSession> {
    const claims = this.codec.decode(presented.refreshToken);
    if (!claims) throw invalidGrant('not-issued-here');
    if (this.codec.isOfEarlierSecret(presented.refreshToken, claims)) await this.resealTicket(claims);
    const session = await this.rotate(claims, presented, (rotation) => this.rotations.get(rotation));
    // It may have been sent twice, and done the first time: from here on no failure tells that nothing was written.
    return session ?? this.explainOrRotate(claims, presented).catch(throwOutcomeUnknown);
  }

  private async explainOrRotate(claims: RefreshTokenClaims, presented: Presented): Promise<IssuedSession> {
    const rotateHeld = async (rotation: Rotation): Promise<SessionRow | undefined> =>
      (await this.redeemEach(REDEEM_HELD, [rotation]))[0];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = (await this.explain(claims, presented)) ?? (await this.rotate(claims, presented, rotateHeld));
      if (session) return session;
    }
    throw invalidGrant('contended');
  }

  /** Undefined when the token is not the current one, or `ask` does not wait for its row, which somebody else holds. */
  private async rotate(
    claims: RefreshTokenClaims,
    { refreshToken, clientId }: Presented,
    ask: (rotation: Rotation) => Promise<SessionRow | undefined>,
  ): Promise<IssuedSession | undefined> {
    const next = this.codec.encode({ ...claims, generation: claims.generation + 1 });
    const session = await ask({ ...claims, refreshToken, clientId, ...digestTicket(next) });
    if (session && !this.users.admits(session)) throw invalidGrant('user-tampered');
    return session && { ...session, refreshToken: next };
  }

  private async redeemEach(statement: Statement, rotations: readonly Rotation[]): Promise<(SessionRow | undefined)[]> {
    const each = rotations.map(({ id, uniqueId, generation, refreshToken, clientId, salt, hash }) => {
      return [id, uniqueId, generation, refreshToken, clientId, salt, hash];
    });
    const { REFRESH_TOKEN_TTL, REFRESH_TOKEN_MAX_AGE } = this.settings;
    const values = [...askedValues(each), REFRESH_TOKEN_TTL, REFRESH_TOKEN_MAX_AGE];
    return inPlaces(rotations, await this.statements.run<Placed<SessionRow>>(statement, values));
  }

  /** The token is of an earlier secret: when all such tokens were used, nothing is left that needs that secret. */
  private async resealTicket({ id, uniqueId }: RefreshTokenClaims): Promise<void> {
    const [row] = await this.statements.run<{ protectedTicket: string }>(TICKET, [id, uniqueId]);
    const resealed = row && (await this.tickets.reseal(row.protectedTicket, uniqueId));
    if (resealed) await this.statements.run(RESEAL_TICKET, [id, row.protectedTicket, resealed]);
  }

  /** Why the token was not redeemed, and what follows from it. Undefined when the row changed meanwhile: try again. */
  private async explain(claims: RefreshTokenClaims, presented: Presented): Promise<IssuedSession | undefined> {
    const { REFRESH_RETRY_WINDOW, REFRESH_TOKEN_MAX_AGE } = this.settings;
    const values = [claims.id, claims.uniqueId, presented.clientId, REFRESH_TOKEN_MAX_AGE];
    const [row] = await this.statements.run<Diagnosis>(DIAGNOSE, values);
    // What counts is how old the token was when the request came. By now it came longer ago than when the row was read.
    const age = secondsSince(presented.receivedAt);
    if (!row) return this.refuseEnded(claims, presented.origin);
    const refusal = refusalOf(row, claims.generation);
    if (refusal) return this.refuse(row, refusal, presented.origin);
    if (!this.users.admits(row)) return this.refuse(row, 'user-tampered', presented.origin);
    if (claims.generation === row.generation) {
      return hashTicket(row.salt, presented.refreshToken) === row.hash
        ? undefined
        : this.refuse(row, 'edited', presented.origin);
    }
    const isWithinWindow = row.sinceRotation < REFRESH_RETRY_WINDOW + age;
    if (claims.generation === row.generation - 1 && isWithinWindow) return this.repeat(row, presented.origin);
    // The session went on while this request was on its way: its sender gave up on it and sent another. That is no replay.
    const isOvertaken = row.sinceRotation < age || (await presented.isAbandoned());
    if (isOvertaken) return this.refuse(row, 'overtaken', presented.origin);
    return this.endReplayed(row, presented.origin);
  }

  /** The current token again: the family never forks. */
  private async repeat(row: Diagnosis, origin: Origin): Promise<IssuedSession> {
    const refreshToken = this.codec.encodeUnderAll(row).find((token) => hashTicket(row.salt, token) === row.hash);
    if (refreshToken === undefined) return this.refuse(row, 'edited', origin);
    await this.trail.record({ kind: 'refresh-retried', actor: { name: row.subject, origin }, ...aboutSession(row) });
    return { ...row, refreshToken, isRepeated: true };
  }

  private async endReplayed(row: Diagnosis, origin: Origin): Promise<undefined> {
    const act = actValues({ kind: 'session-ended', actor: { name: row.subject, origin }, reason: 'replayed' });
    const ended = await this.statements.run(END_REPLAYED, [row.id, row.uniqueId, row.generation, ...act]);
    if (ended.length > 0) throw invalidGrant('replayed');
  }

  private async refuseEnded({ id, uniqueId }: RefreshTokenClaims, origin: Origin): Promise<never> {
    const reason = 'session-ended';
    const actor = { name: 'unknown', origin };
    await this.trail.recordWithinBounds({
      kind: 'refresh-refused',
      actor,
      reason,
      sessionId: uniqueId,
      recordIds: [id],
    });
    throw invalidGrant(reason);
  }

  private async refuse(row: Diagnosis, reason: Refusal, origin: Origin): Promise<never> {
    const actor = { name: row.subject, origin };
    await this.trail.recordWithinBounds({ kind: 'refresh-refused', actor, reason, ...aboutSession(row) });
    throw invalidGrant(reason);
  }
}

/** What stands against a token whatever its age, or undefined. */
function refusalOf(row: Diagnosis, generation: number): Refusal | undefined {
  if (!row.issued) return 'edited';
  if (!row.isSameClient) return 'other-client';
  if (generation > row.generation) return 'ahead-of-database';
  if (generation < row.firstGeneration) return 'earlier-login';
  if (row.isExpired) return 'expired';
  return row.isUserEnabled ? undefined : 'user-disabled';
}

function secondsSince(instant: number): number {
  return (performance.now() - instant) / 1000;
}

function invalidGrant(detail: Refusal): AppError {
  return new AppError('invalid_grant', 400, 'The refresh token is not valid, or no longer.', { detail });
}
