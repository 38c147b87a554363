import { badRequest } from '../../../src/kernel/app-error.js';
import { Handles } from '../../../src/resource/kit/command-declarations.js';
import { ResourceService } from '../../../src/resource/kit/resource.service.js';
import type { Coupon, Extension } from './coupon.js';

export class CouponsService extends ResourceService<Coupon> {
  protected override beforeDelete({ Code }: Coupon): void {
    if (Code === 'FOREVER') throw badRequest('The coupon FOREVER stays.');
  }

  @Handles('COUPON_EXTEND')
  extend(coupons: readonly Coupon[], { Days }: Extension): void {
    for (const coupon of coupons) coupon.ValidUntil = new Date(coupon.ValidUntil.getTime() + Days * 86_400_000);
  }
}
