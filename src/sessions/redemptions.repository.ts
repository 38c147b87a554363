import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import type { Diagnosis } from './judgement.js';
import {
  CONFIRM,
  DIAGNOSE,
  END_ELSEWHERE,
  END_REPLAYED,
  REDEEM,
  REDEEM_SKIPPED,
  REPEAT,
  RESEAL_TICKET,
  TICKET,
} from './redemption.statements.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import { sessionPolicyOf, type SessionPolicy } from './session-lives.js';
import type { Rotatable, Rotated } from './session.js';
import type { TicketDigest } from './ticket-digest.js';

/** A token to rotate, and the digest of the next token. */
export interface Rotation extends TicketDigest {
  readonly token: Rotatable;
}

/** A generation of a session whose access token was accepted. */
export interface Confirmation {
  readonly uniqueId: string;
  readonly generation: number;
}

/** The session and the generation of a token. */
type Token = RefreshTokenClaims;

/**
 * The rows of sessions whose refresh tokens clients present: rotates, repeats and confirms tokens, and ends sessions whose tokens are
 * refused.
 */
@Injectable()
export class RedemptionsRepository {
  private readonly policy: SessionPolicy;
  private readonly life: number;
  private readonly rotations = new Batched((those: readonly Rotation[]) => this.redeemEach(those));
  private readonly confirmations = new Batched((those: readonly Confirmation[]) => this.confirmEach(those));

  constructor(
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.policy = sessionPolicyOf(settings);
    this.life = settings.REFRESH_TOKEN_TTL;
  }

  /**
   * Replaces a current token by its next token. Concurrent redemptions share a statement. Undefined when the token is not the current
   * token, when another transaction has locked its row, or when the token comes from another network or user agent than at the previous
   * redemption.
   */
  redeem(rotation: Rotation): Promise<Rotated | undefined> {
    return this.rotations.get(rotation);
  }

  /**
   * Redeems a token that `redeem` skipped. It waits for the row, and writes an event if the token comes from another network or user agent.
   * With `skipsElsewhere`, such a token is skipped again.
   */
  redeemSkipped(rotation: Rotation, skipsElsewhere: boolean): Promise<Rotated | undefined> {
    return this.statements.runForFirst(REDEEM_SKIPPED, { skipsElsewhere, ...this.valuesOf([rotation]) });
  }

  /** Reads the session of a token that was not redeemed; undefined when the session has ended. */
  diagnose({ claims, clientId, origin: { address }, jkt }: Rotatable): Promise<Diagnosis | undefined> {
    const { id, uniqueId, generation } = claims;
    return this.statements.runForFirst(DIAGNOSE, { id, uniqueId, clientId, generation, address, jkt, ...this.policy });
  }

  /**
   * Counts a repetition of the current token, and binds its session to the key of the request as a rotation does. False when the session
   * changed meanwhile, or its token was repeated `mostRepetitions` times.
   */
  async repeat(
    { id, uniqueId, generation, jkt }: Token & Pick<Rotatable, 'jkt'>,
    mostRepetitions: number,
    act: AuditAct,
  ): Promise<boolean> {
    const { address: fromAddress, userAgent: fromAgent, requestId: fromRequest } = act.actor.origin;
    const from = { fromAddress, fromAgent, fromRequest };
    const values = { id, uniqueId, generation, jkt, mostRepetitions, ...from, ...actValues(act) };
    return (await this.statements.runForCount(REPEAT, values)) > 0;
  }

  /** Ends the session of a replayed token. False when the session has already ended, or the user signed in again meanwhile. */
  async endReplayed({ id, uniqueId, generation }: Token, act: AuditAct): Promise<boolean> {
    return (await this.statements.runForCount(END_REPLAYED, { id, uniqueId, generation, ...actValues(act) })) > 0;
  }

  /**
   * Ends the session of a current or repeatable token that comes from another network or user agent. False in the cases of `endReplayed`.
   */
  async endElsewhere({ id, uniqueId, generation }: Token, act: AuditAct): Promise<boolean> {
    return (await this.statements.runForCount(END_ELSEWHERE, { id, uniqueId, generation, ...actValues(act) })) > 0;
  }

  /** Records the generation of an accepted access token. Concurrent calls share a statement. */
  confirm(confirmation: Confirmation): Promise<undefined> {
    return this.confirmations.get(confirmation);
  }

  /** The sealed ticket of a session; undefined when the session has ended. */
  async ticket({ id, uniqueId }: Token): Promise<string | undefined> {
    return (await this.statements.runForFirst(TICKET, { id, uniqueId }))?.protectedTicket;
  }

  /** Replaces a sealed ticket by the same ticket under another key. */
  replaceTicket({ id }: Token, ticket: string, resealed: string): Promise<unknown> {
    return this.statements.run(RESEAL_TICKET, { id, ticket, resealed });
  }

  private async redeemEach(rotations: readonly Rotation[]): Promise<(Rotated | undefined)[]> {
    return inOrderOf(rotations, await this.statements.run(REDEEM, this.valuesOf(rotations)));
  }

  private valuesOf(rotations: readonly Rotation[]): GivenTo<typeof REDEEM> {
    const batch = rotations.map(({ token: { claims, refreshToken, clientId, origin, jkt }, salt, hash }) => {
      const { id, uniqueId, generation } = claims;
      const { address, userAgent, requestId } = origin;
      const from = { address, userAgent, requestId };
      return { id, uniqueId, generation, token: refreshToken, clientId, salt, hash, jkt, ...from };
    });
    return { batch, life: this.life, ...this.policy };
  }

  private async confirmEach(those: readonly Confirmation[]): Promise<undefined[]> {
    await this.statements.run(CONFIRM, { batch: those });
    return those.map(() => undefined);
  }
}
