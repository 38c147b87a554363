import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { invalidGrant } from './judgement.js';
import { RedemptionsRepository, type Rotation } from './redemptions.repository.js';
import { RefreshTokenCodec, type RefreshTokenClaims } from './refresh-token.codec.js';
import type { IssuedSession, Rotatable, Rotated } from './session.js';
import { digestTicket, hashTicket, type TicketDigest } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** Replaces current tokens by their next tokens. Concurrent rotations share one statement. */
@Injectable()
export class RotationsService {
  constructor(
    private readonly redemptions: RedemptionsRepository,
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
    return this.rotateBy(token, (rotation) => this.redemptions.redeem(rotation));
  }

  /**
   * Like `rotate`, for a token that `rotate` skipped. It waits for a locked row. It also accepts a token from another network or user agent
   * and writes an event, unless the settings end such a session.
   */
  rotateSkipped(token: Rotatable): Promise<IssuedSession | undefined> {
    const skipsElsewhere = this.settings.REFRESHED_ELSEWHERE === 'end';
    return this.rotateBy(token, (rotation) => this.redemptions.redeemSkipped(rotation, skipsElsewhere));
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

  /**
   * Seals the ticket under the current secret. When every token of an earlier secret was used once, no ticket needs that secret any more.
   */
  private async resealTicket(claims: RefreshTokenClaims): Promise<void> {
    const ticket = await this.redemptions.ticket(claims);
    if (ticket === undefined) return;
    const resealed = await this.tickets.reseal(ticket, claims.uniqueId);
    if (resealed) await this.redemptions.replaceTicket(claims, ticket, resealed);
  }
}
