import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { abandoned, type Received } from '../http/arrival.js';
import { throwOutcomeUnknown } from '../database/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import { ClientGuessesService } from '../users/client-guesses.service.js';
import { invalidGrant, type Diagnosis, type Refusal } from './judgement.js';
import { JudgementsService, type Judged, type Unredeemed } from './judgements.service.js';
import { RotationsService } from './rotations.service.js';
import { aboutSession, type IssuedSession } from './session.js';
import { StaleTokensService } from './stale-tokens.service.js';
import { hashTicket } from './ticket-digest.js';

/** A refresh token that is presented for a new one. */
export interface Presented {
  readonly refreshToken: string;
  /** The client that the request names; undefined means the client of the token. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
  readonly received: Received;
  /** The thumbprint of the key of the request's DPoP proof; undefined without a proof. */
  readonly jkt?: string | undefined;
  /** Whether the client has disconnected and no longer waits for the response. */
  readonly isAbandoned: () => Promise<boolean>;
}

/** A genuine token, and whether its client has disconnected. */
interface Token extends Unredeemed {
  readonly isAbandoned: boolean;
}

/** Another request may rotate the token, or sign in, between reading the session and acting on it. Then the token is judged again. */
const ATTEMPTS = 5;

/** Exchanges refresh tokens for new ones. */
@Injectable()
export class RedemptionService {
  constructor(
    private readonly rotations: RotationsService,
    private readonly judgements: JudgementsService,
    private readonly staleTokens: StaleTokensService,
    private readonly events: AuditEventsService,
    private readonly clientGuesses: ClientGuessesService,
  ) {}

  /**
   * Invalidates a token and issues the next token, in one statement. The previous token gets the current token again if the client may not
   * have received it: within the retry window, or later while no client has used the current token. Any other token that was superseded
   * before its request arrived is a replay and ends the session (RFC 9700, section 4.14.2). If the client has disconnected, no token is
   * redeemed, but a replay still ends the session.
   * @throws AppError invalid_grant, the same for every reason; 408 for a current token whose client has disconnected; 429 when a sender
   * guesses the client of the token
   */
  async redeem(presented: Presented): Promise<IssuedSession> {
    const { refreshToken, clientId, origin, received, jkt } = presented;
    const claims = this.rotations.read(refreshToken);
    if (!claims) throw invalidGrant('not-issued-here');
    if (clientId !== undefined) this.clientGuesses.check(claims.uniqueId);
    const isAbandoned = await presented.isAbandoned();
    const token = { claims, refreshToken, clientId, origin, received, jkt, isAbandoned };
    const session = isAbandoned ? undefined : await this.rotations.rotate(token);
    // The statement may have been sent twice, and the first run may have taken effect. So from here on no failure says that nothing was
    // written.
    return session ?? this.explainOrRotate(token).catch(throwOutcomeUnknown);
  }

  private async explainOrRotate(token: Token): Promise<IssuedSession> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const session = (await this.explain(token)) ?? (await this.rotations.rotateSkipped(token));
      if (session) return session;
    }
    throw invalidGrant('contended');
  }

  /** Finds out why the token was not redeemed, and acts on it. Undefined when the session changed meanwhile: the caller tries again. */
  private async explain(token: Token): Promise<IssuedSession | undefined> {
    const judged = await this.judgements.of(token);
    if (!judged) return this.refuseEnded(token);
    const { session, verdict } = judged;
    switch (verdict) {
      case 'replayed':
      case 'refreshed-elsewhere':
        return this.end(session, token, verdict);
      case 'repeat':
        return this.repeat(judged, token);
      case 'current':
        if (token.isAbandoned) throw abandoned();
        if (hashTicket(session.salt, token.refreshToken) === session.hash) return undefined;
        return this.refuse(session, 'edited', token.origin);
      case 'other-client':
        await this.clientGuesses.count(session.uniqueId);
        return this.refuse(session, verdict, token.origin);
      default:
        return this.refuse(session, verdict, token.origin);
    }
  }

  /** Returns the current token again and issues no other token, so that the session never has two. Undefined when it changed meanwhile. */
  private async repeat(judged: Judged, { origin, isAbandoned, jkt }: Token): Promise<IssuedSession | undefined> {
    if (isAbandoned) throw abandoned();
    const { session, changeOfPlace } = judged;
    const refreshToken = this.rotations.currentTokenOf(session);
    if (refreshToken === undefined) return this.refuse(session, 'edited', origin);
    const actor = { name: session.subject, origin };
    const isRepeated = await this.staleTokens.repeat({ ...session, jkt }, { kind: 'refresh-retried', actor });
    if (!isRepeated) return undefined;
    if (changeOfPlace !== '') {
      const event = { kind: 'refreshed-elsewhere', actor, reason: `${changeOfPlace} retried` } as const;
      await this.events.recordWithinBounds({ ...event, ...aboutSession(session) });
    }
    return { ...session, refreshToken, isRepeated };
  }

  /** Ends the session and throws the refusal. Returns undefined when the user signed in again meanwhile. */
  private async end(session: Diagnosis, token: Token, reason: 'replayed' | 'refreshed-elsewhere'): Promise<undefined> {
    if (await this.staleTokens.end(session, token, reason)) throw invalidGrant(reason);
  }

  private async refuseEnded({ claims: { id, uniqueId }, origin }: Token): Promise<never> {
    const reason = 'session-ended';
    const actor = { name: 'unknown', origin };
    const about = { sessionId: uniqueId, recordIds: [id] };
    await this.events.recordWithinBounds({ kind: 'refresh-refused', actor, reason, ...about });
    throw invalidGrant(reason);
  }

  private async refuse(session: Diagnosis, reason: Refusal, origin: Origin): Promise<never> {
    const actor = { name: session.subject, origin };
    await this.events.recordWithinBounds({ kind: 'refresh-refused', actor, reason, ...aboutSession(session) });
    throw invalidGrant(reason);
  }
}
