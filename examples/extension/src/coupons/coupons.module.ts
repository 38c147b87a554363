import { Module } from '@nestjs/common';
import { GrantsModule } from 'tessera';
import { ResourceModule } from 'tessera/resource';
import { CouponGrant } from './coupon.grant.js';
import { Coupon } from './coupon.js';
import { CouponsService } from './coupons.service.js';
import { CreateCoupons1800000000000 } from './create-coupons.js';

@Module({
  imports: [
    GrantsModule,
    ResourceModule.forFeature([{ resource: Coupon, service: CouponsService }], {
      migrations: [CreateCoupons1800000000000],
    }),
  ],
  providers: [CouponGrant],
})
export class CouponsModule {}
