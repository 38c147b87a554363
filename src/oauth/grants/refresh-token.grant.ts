import { Injectable } from '@nestjs/common';
import { REFRESH_REFUSALS } from '../../kernel/refusal-reasons.js';
import { MetricsService } from '../../observability/metrics.service.js';
import { Outcomes } from '../../observability/outcomes.js';
import { RedemptionService } from '../../sessions/redemption.service.js';
import type { IssuedSession } from '../../sessions/session.js';
import { RefreshCountsService } from '../../statistics/refresh-counts.service.js';
import type { OAuthRequest } from '../oauth-form.js';
import { TokenResponsesService } from '../token-responses.service.js';
import { Grant, type GivenParameters, type TokenResponse } from './grant.js';

const PARAMETERS = {
  refresh_token: {
    description: 'The refresh token that the previous response contained.',
    required: true,
    example: 'tsr_AQ0AAAAAAAAAAQ',
  },
} as const;

/**
 * `grant_type=refresh_token` (RFC 6749, section 6; contract 3): exchanges a refresh token for the next refresh token and an access token.
 */
@Injectable()
export class RefreshTokenGrant extends Grant<typeof PARAMETERS> {
  readonly name = 'refresh_token';
  readonly description =
    'Exchanges a refresh token for the next refresh token and an access token (RFC 6749, section 6).';
  readonly parameters = PARAMETERS;
  private readonly redemptions: Outcomes<'redeemed' | 'retried'>;

  constructor(
    private readonly redemption: RedemptionService,
    private readonly responses: TokenResponsesService,
    private readonly refreshes: RefreshCountsService,
    metrics: MetricsService,
  ) {
    super();
    this.redemptions = new Outcomes(metrics, {
      name: 'tessera_redemptions_total',
      help: 'Refresh tokens presented for new ones, by outcome. A refusal with the reason replayed has ended the session.',
      action:
        'Look up a reason that grows in errors.md. Many `replayed`: stolen tokens, or a client that keeps old ones.',
      successes: ['redeemed', 'retried'],
      refusals: Object.keys(REFRESH_REFUSALS),
    });
  }

  /** @throws AppError invalid_grant, the same for an unknown, used, expired or foreign token */
  async handle(
    { refresh_token: refreshToken }: GivenParameters<typeof PARAMETERS>,
    request: OAuthRequest,
  ): Promise<TokenResponse> {
    const redeem = (): Promise<IssuedSession> =>
      this.redemptions.count(this.redemption.redeem({ refreshToken, ...request }), (session) =>
        this.outcomeOf(session),
      );
    return this.responses.of(redeem, request);
  }

  private outcomeOf({ isRepeated }: IssuedSession): 'redeemed' | 'retried' {
    if (isRepeated) return 'retried';
    this.refreshes.count();
    return 'redeemed';
  }
}
