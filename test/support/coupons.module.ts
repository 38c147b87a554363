import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { Public, Role } from '../../src/access/policy.js';
import { RequiredText } from '../../src/resource/members.js';
import { AppError } from '../../src/kernel/app-error.js';

declare module '../../src/kernel/error-codes.js' {
  interface AddedErrorCodes {
    coupon_used: 409;
  }
}

class CouponInput {
  @RequiredText({ maxLength: 5, example: 'MAY', description: 'What customers type.' })
  readonly Code!: string;

  @RequiredText({ maxLength: 5, secret: true, example: 'key', description: 'What they do not see.' })
  readonly Key!: string;
}

/** What a team might add to the service, with one route that they forgot to give a policy. */
@Controller('api/sys/coupons')
class CouponsController {
  @Get()
  forgotten(): string {
    return 'for nobody';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'for everybody';
  }

  @Post('redeem')
  @Public()
  redeem(): never {
    throw new AppError('coupon_used', 409, 'The coupon MAY was used already.');
  }

  @Post()
  @Role('Coupon-Create')
  create(@Body() input: CouponInput): CouponInput {
    return input;
  }
}

/** A module of a team's own, in a folder of its own. */
@Module({ controllers: [CouponsController] })
export class CouponsModule {}
