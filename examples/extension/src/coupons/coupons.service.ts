import { badRequest } from 'tessera';
import { Handles, ResourceService } from 'tessera/resource';
import type { Coupon, Extension } from './coupon.js';

const DAY_MS = 86_400_000;

export class CouponsService extends ResourceService<Coupon> {
  protected override beforeCreate(coupon: Coupon): void {
    coupon.UsedOn = null;
  }

  protected override beforeUpdate(coupon: Coupon, before: Coupon): void {
    coupon.UsedOn = before.UsedOn;
  }

  @Handles('COUPON_EXTEND')
  extend(coupons: readonly Coupon[], { Days }: Extension): void {
    for (const coupon of coupons) {
      if (coupon.UsedOn) throw badRequest(`The coupon ${coupon.Id} was used already.`);
      coupon.EndsOn = new Date(coupon.EndsOn.getTime() + Days * DAY_MS);
    }
  }
}
