import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { Public, Role } from '../../src/access/policy.js';
import { RequiredText } from '../../src/resource/members.js';

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

  @Post()
  @Role('Coupon-Create')
  create(@Body() input: CouponInput): CouponInput {
    return input;
  }
}

/** A module of a team's own, in a folder of its own. */
@Module({ controllers: [CouponsController] })
export class CouponsModule {}
