import { Module } from '@nestjs/common';
import { ResourceModule } from '../../../src/resource/resource.module.js';
import { Coupon } from './coupon.js';
import { CouponsService } from './coupons.service.js';
import { CreateCoupons1800000000000 } from './create-coupons.js';

@Module({
  imports: [
    ResourceModule.forFeature([{ resource: Coupon, service: CouponsService }], {
      migrations: [CreateCoupons1800000000000],
    }),
  ],
})
export class CouponsModule {}
