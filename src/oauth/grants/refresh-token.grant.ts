import { Injectable } from '@nestjs/common';
import { REFRESH_REFUSALS } from '../../kernel/refusal-reasons.js';
import { MetricsService } from '../../observability/metrics.service.js';
import { Outcomes } from '../../observability/outcomes.js';
import { RedemptionService } from '../../sessions/redemption.service.js';
import type { IssuedSession } from '../../sessions/session.js';
import { TokenResponsesService } from '../token-responses.service.js';
import type { Grant, GrantContext, GrantParameters, TokenResponse } from './grant.js';

/** `grant_type=refresh_token` (RFC 6749, section 6; contract 3): a refresh token for the next one and an access token. */
@Injectable()
export class RefreshTokenGrant implements Grant {
  readonly name = 'refresh_token';
  readonly required = ['refresh_token'];
  readonly optional = [];
  private readonly redemptions: Outcomes<'redeemed' | 'retried'>;

  constructor(
    private readonly redemption: RedemptionService,
    private readonly responses: TokenResponsesService,
    metrics: MetricsService,
  ) {
    this.redemptions = new Outcomes(metrics, {
      name: 'tessera_redemptions_total',
      help: 'Refresh tokens presented for new ones, by outcome; a refusal as replayed ended the session.',
      action:
        'Look up a reason that grows in errors.md. Many `replayed`: stolen tokens, or a client that keeps old ones.',
      successes: ['redeemed', 'retried'],
      refusals: Object.keys(REFRESH_REFUSALS),
    });
  }

  /** @throws AppError invalid_grant, alike for an unknown, used, expired and foreign token */
  async handle({ refresh_token: refreshToken = '' }: GrantParameters, context: GrantContext): Promise<TokenResponse> {
    const redeem = (): Promise<IssuedSession> =>
      this.redemptions.count(this.redemption.redeem({ refreshToken, ...context }), outcomeOf);
    return this.responses.of(redeem);
  }
}

function outcomeOf({ isRepeated }: IssuedSession): 'redeemed' | 'retried' {
  return isRepeated ? 'retried' : 'redeemed';
}
