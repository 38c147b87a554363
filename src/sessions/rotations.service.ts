import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { invalidGrant } from './judgement.js';
import { RedemptionsRepository, type Rotation } from './redemptions.repository.js';
import { RefreshTokenCodec, type RefreshTokenClaims } from './refresh-token.codec.js';
import type { IssuedSession, Rotatable, Rotated } from './session.js';
import { digestTicket, hashTicket, type TicketDigest } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** Puts current tokens out of use and issues the next, each in one statement that it shares with others. */
@Injectable()
export class RotationsService {
  constructor(
    private readonly redemptions: RedemptionsRepository,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly users: GenuineUsersService,
    private readonly settings: Settings,
  ) {}

  /** What a refresh token says, or undefined when it is none that was issued here. */
  read(refreshToken: string): RefreshTokenClaims | undefined {
    return this.codec.decode(refreshToken);
  }

  /** The current token of a session, derived again; undefined when its record was edited. */
  currentTokenOf(session: RefreshTokenClaims & TicketDigest): string | undefined {
    return this.codec.encodeUnderAll(session).find((token) => hashTicket(session.salt, token) === session.hash);
  }

  /**
   * The session with its next token. Undefined when the token is not the current one, another transaction has locked its row, or it comes
   * from another network or user agent than the redemption before.
   */
  async rotate(token: Rotatable): Promise<IssuedSession | undefined> {
    if (this.codec.isOfEarlierSecret(token.refreshToken, token.claims)) await this.resealTicket(token.claims);
    return this.rotateBy(token, (rotation) => this.redemptions.redeem(rotation));
  }

  /**
   * Like `rotate`, for a token that it skipped: waits for a row that is locked, and takes a token from elsewhere, which leaves an event,
   * unless that is to end its session.
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

  /** The token is of an earlier secret: when all such tokens were used, nothing is left that needs that secret. */
  private async resealTicket(claims: RefreshTokenClaims): Promise<void> {
    const ticket = await this.redemptions.ticket(claims);
    if (ticket === undefined) return;
    const resealed = await this.tickets.reseal(ticket, claims.uniqueId);
    if (resealed) await this.redemptions.replaceTicket(claims, ticket, resealed);
  }
}
