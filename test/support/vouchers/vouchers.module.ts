import { Module } from '@nestjs/common';
import { ResourceModule } from '../../../src/resource/resource.module.js';
import { CouponsModule } from '../coupons/coupons.module.js';
import { CreateVouchers1800000000001 } from './create-vouchers.js';
import { Voucher } from './voucher.js';
import { HooksController, VouchersController } from './vouchers.controller.js';
import { VouchersRepository } from './vouchers.repository.js';
import { VouchersService } from './vouchers.service.js';

/** A resource whose service, controller and repository are a team's own. */
@Module({
  imports: [
    CouponsModule,
    ResourceModule.forFeature(
      [
        {
          ...{ resource: Voucher, service: VouchersService },
          ...{ controller: VouchersController, repository: VouchersRepository },
        },
      ],
      { migrations: [CreateVouchers1800000000001] },
    ),
  ],
  controllers: [HooksController],
})
export class VouchersModule {}
