import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { inOrderOf } from '../database/batch-rows.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { Batched } from '../database/batched.js';
import type { Origin } from '../kernel/origin.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { invalidGrant } from './judgement.js';
import { REDEEM, REDEEM_SKIPPED, RESEAL_TICKET, TICKET, type Rotated } from './redemption.statements.js';
import { RefreshTokenCodec, type RefreshTokenClaims } from './refresh-token.codec.js';
import type { IssuedSession } from './session.js';
import { digestTicket, hashTicket, type TicketDigest } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** A genuine token to rotate. */
export interface Rotatable {
  readonly claims: RefreshTokenClaims;
  readonly refreshToken: string;
  /** The client that the request names; undefined means the client of the token. */
  readonly clientId: string | undefined;
  readonly origin: Origin;
}

/** A token to rotate, and the digest of the next token. */
interface Rotation extends TicketDigest {
  readonly token: Rotatable;
}

/** Replaces current tokens by their next tokens. Concurrent rotations share one statement. */
@Injectable()
export class RotationsService {
  private readonly rotations = new Batched((those: readonly Rotation[]) => this.redeemEach(those));

  constructor(
    private readonly statements: StatementsService,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly users: GenuineUsersService,
    private readonly settings: Settings,
  ) {}

  /** The claims of a refresh token; undefined when this service did not issue it. */
  read(refreshToken: string): RefreshTokenClaims | undefined {
    return this.codec.decode(refreshToken);
  }

  /** Derives the current token of a session again; undefined when the record of the session was edited. */
  currentTokenOf(session: RefreshTokenClaims & TicketDigest): string | undefined {
    return this.codec.encodeUnderAll(session).find((token) => hashTicket(session.salt, token) === session.hash);
  }

  /**
   * Issues the next token and returns the session. Undefined when the token is not the current token, when another transaction has locked
   * its row, or when the token comes from another network or user agent than at the previous redemption.
   */
  async rotate(token: Rotatable): Promise<IssuedSession | undefined> {
    if (this.codec.isOfEarlierSecret(token.refreshToken, token.claims)) await this.resealTicket(token.claims);
    return this.rotateBy(token, (rotation) => this.rotations.get(rotation));
  }

  /**
   * Like `rotate`, for a token that `rotate` skipped. It waits for a locked row. It also accepts a token from another network or user agent
   * and writes an event, unless the settings end such a session.
   */
  rotateSkipped(token: Rotatable): Promise<IssuedSession | undefined> {
    const skipsElsewhere = this.settings.REFRESHED_ELSEWHERE === 'end';
    return this.rotateBy(token, async (rotation) => {
      const values = { skipsElsewhere, ...this.valuesOf([rotation]) };
      const [rotated] = await this.statements.run(REDEEM_SKIPPED, values);
      return rotated;
    });
  }

  private async rotateBy(
    token: Rotatable,
    redeem: (rotation: Rotation) => Promise<Rotated | undefined>,
  ): Promise<IssuedSession | undefined> {
    const { id, uniqueId, generation } = token.claims;
    const next = { id, uniqueId, generation: generation + 1 };
    const refreshToken = this.codec.encode(next);
    const { salt, hash } = digestTicket(refreshToken);
    const rotated = await redeem({ token, salt, hash });
    if (!rotated) return undefined;
    const session = { email: rotated.subject, refreshToken, ...next, ...rotated };
    if (!this.users.admits(session)) throw invalidGrant('user-tampered');
    return session;
  }

  private async redeemEach(rotations: readonly Rotation[]): Promise<(Rotated | undefined)[]> {
    return inOrderOf(rotations, await this.statements.run(REDEEM, this.valuesOf(rotations)));
  }

  private valuesOf(rotations: readonly Rotation[]): GivenTo<typeof REDEEM> {
    const batch = rotations.map(({ token: { claims, refreshToken, clientId, origin }, salt, hash }) => {
      const { id, uniqueId, generation } = claims;
      const { address, userAgent, requestId } = origin;
      return { id, uniqueId, generation, token: refreshToken, clientId, salt, hash, address, userAgent, requestId };
    });
    const { REFRESH_TOKEN_TTL: life, REFRESH_TOKEN_MAX_AGE: longestLife } = this.settings;
    return { batch, life, longestLife };
  }

  /**
   * Seals the ticket under the current secret. When every token of an earlier secret was used once, no ticket needs that secret any more.
   */
  private async resealTicket({ id, uniqueId }: RefreshTokenClaims): Promise<void> {
    const [row] = await this.statements.run(TICKET, { id, uniqueId });
    const resealed = row && (await this.tickets.reseal(row.protectedTicket, uniqueId));
    if (resealed) await this.statements.run(RESEAL_TICKET, { id, ticket: row.protectedTicket, resealed });
  }
}
