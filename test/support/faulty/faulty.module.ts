import { Controller, Get, Module } from '@nestjs/common';
import { IsEmail } from 'class-validator';
import { Public } from '../../../src/access/policy.js';
import { Handles } from '../../../src/resource/kit/command-declarations.js';
import { Choice, DateTime, Flag, Reference, Text, Whole } from '../../../src/resource/kit/member-decorators.js';
import { Resource } from '../../../src/resource/kit/resource.decorator.js';
import { ResourceRecord } from '../../../src/resource/kit/resource-record.js';
import { ResourceController } from '../../../src/resource/kit/resource.controller.js';
import { ResourceService } from '../../../src/resource/kit/resource.service.js';
import { ResourceModule } from '../../../src/resource/resource.module.js';
import { CouponsModule } from '../coupons/coupons.module.js';
import { Coupon } from '../coupons/coupon.js';
import { CouponsService } from '../coupons/coupons.service.js';

const vouchers = { name: 'Voucher', path: 'api/sys/vouchers', table: 'vouchers' };

/** Every mistake that a declaration can have. */
@Resource({
  ...{ name: 'wrong', path: '/Api//Sys', table: 'Wrong', shownAs: '{Nothing} {Key} {When}' },
  commands: [
    { key: 'MELT', name: 'Melt' },
    { key: 'MELT', name: 'Again', records: 'three' as 'two' },
  ],
})
class Wrong extends ResourceRecord {
  @Text({ longest: 0 })
  Code!: string;

  @Text({ longest: 600, searchable: true })
  Long!: string;

  @Text({ longest: 5, secret: true, orderable: true })
  Key!: string;

  @Whole({ least: 2, most: 1 })
  Percent!: number;

  @DateTime()
  When!: string;

  @Choice([])
  Kind!: string;

  @Choice(['a', 'a'])
  Twice!: string;

  @Flag({ secret: true })
  IsHidden!: boolean;

  @Reference(undefined as unknown as () => typeof Coupon)
  CouponId!: number;

  @Flag()
  @Whole()
  Both!: number;

  @Text({ longest: 5 })
  lower!: string;

  @Text({ longest: 5 })
  override SystemId!: string;

  @Text({ longest: 5, column: 'Column' })
  Named!: string;

  @Text({ longest: 5, column: 'named' })
  Column!: string;

  @Text({ longest: 5, column: 'named' })
  Again!: string;

  @IsEmail()
  Plain!: string;
}

class WrongService extends ResourceService<Wrong> {
  beforeCreat(): void {
    // A misspelt hook.
  }

  @Handles('FREEZE')
  freeze(): void {
    // Of a command that is not declared.
  }
}

@Module({ imports: [ResourceModule.forFeature([{ resource: Wrong, service: WrongService }])] })
export class WrongModule {}

@Resource(vouchers)
class Voucher extends ResourceRecord {
  @Text({ longest: 5 })
  Code!: string;
}

@Module({ imports: [ResourceModule.forFeature([Voucher])] })
export class MissingTableModule {}

@Resource({ ...vouchers, table: 'jobs' })
class Job extends ResourceRecord {
  @Text({ longest: 5 })
  Name!: string;
}

@Module({ imports: [ResourceModule.forFeature([Job])] })
export class ForeignTableModule {}

@Module({
  imports: [CouponsModule, ResourceModule.forFeature([{ resource: Coupon, service: CouponsService }])],
})
export class TwiceModule {}

@Resource({ ...vouchers, path: 'api/sys/coupons' })
class SamePath extends ResourceRecord {
  @Text({ longest: 5 })
  Code!: string;
}

@Resource({ name: 'Coupon', path: 'api/sys/other', table: 'coupons' })
class SameTable extends ResourceRecord {
  @Text({ longest: 5 })
  Code!: string;
}

@Module({ imports: [CouponsModule, ResourceModule.forFeature([SamePath])] })
export class SamePathModule {}

@Module({ imports: [CouponsModule, ResourceModule.forFeature([SameTable])] })
export class SameTableModule {}

@Controller('api/sys/vouchers')
class OtherController {
  @Get()
  @Public()
  get(): string {
    return 'another';
  }
}

@Module({ controllers: [OtherController], imports: [ResourceModule.forFeature([Voucher])] })
export class SamePathAsControllerModule {}

@Resource({
  ...vouchers,
  table: 'coupons',
  commands: [{ key: 'MELT', name: 'Melt', records: 'none', role: 'Cupon-Edit' }],
})
class WithRole extends ResourceRecord {
  @Text({ longest: 5 })
  Code!: string;

  @Whole({ column: 'percentage' })
  Percent!: number;
}

class WithRoleService extends ResourceService<WithRole> {
  @Handles('MELT')
  melt(): void {
    // Nothing to do.
  }
}

/** Its table is that of Coupon, whose module is not there: the column of one member is missing. */
@Module({ imports: [ResourceModule.forFeature([{ resource: WithRole, service: WithRoleService }])] })
export class MissingColumnModule {}

class NotAService {}

/** Classes of a team's own that are not those of the kit. TypeScript refuses them without the casts. */
@Module({
  imports: [
    ResourceModule.forFeature([
      { resource: Voucher, service: NotAService as never, repository: NotAService as never },
      { resource: Voucher, controller: ResourceController(Coupon) },
    ]),
  ],
})
export class OtherClassesModule {}

// TypeScript refuses it without the cast, and a program in JavaScript has none.
@(Resource(vouchers) as ClassDecorator)
class NotARecord {
  @Text({ longest: 5 })
  Code!: string;
}

class Undeclared extends ResourceRecord {
  @Text({ longest: 5 })
  Code!: string;
}

@Module({ imports: [ResourceModule.forFeature([NotARecord as never, Undeclared])] })
export class NotResourcesModule {}
