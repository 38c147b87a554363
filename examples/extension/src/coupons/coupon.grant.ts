import { Injectable } from '@nestjs/common';
import {
  AppError,
  Grant,
  NewSessionsService,
  rowOf,
  statement,
  StatementsService,
  type GivenParameters,
  type GrantRequest,
  type TokenResponse,
} from 'tessera';

const PARAMETERS = {
  coupon: { description: 'The code of a coupon.', required: true, secret: true },
} as const;

/** One statement, so that of two concurrent requests one gets the coupon. */
const USE = statement({
  name: 'coupons-use',
  parameters: { code: 'text' },
  returns: rowOf<{ holder: string }>(),
  text: `UPDATE coupons SET used_on = date_trunc('second', now()),
      updated_on = date_trunc('second', now()), updated_by = holder
    WHERE used_on IS NULL AND id = (SELECT id FROM coupons
      WHERE code = :code AND used_on IS NULL AND ends_on > now() ORDER BY id LIMIT 1)
    RETURNING holder`,
});

/** `grant_type=urn:example:coupon`: the holder of a coupon signs in with it, once and without a password. */
@Injectable()
export class CouponGrant extends Grant<typeof PARAMETERS> {
  readonly name = 'urn:example:coupon';
  readonly description = 'Signs in the holder of a coupon, once.';
  readonly parameters = PARAMETERS;

  constructor(
    private readonly statements: StatementsService,
    private readonly sessions: NewSessionsService,
  ) {
    super();
  }

  /** @throws AppError invalid_grant for a coupon that is unknown, used or at its end, and for a holder who cannot sign in */
  async handle({ coupon }: GivenParameters<typeof PARAMETERS>, request: GrantRequest): Promise<TokenResponse> {
    const used = await this.statements.runForFirst(USE, { code: coupon });
    if (!used) throw new AppError('invalid_grant', 400, 'The coupon is not valid, or no longer.');
    return this.sessions.begin({ ...request, user: used.holder, amr: ['otp'] });
  }
}
