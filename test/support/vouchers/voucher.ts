import { Transform } from 'class-transformer';
import { IsEmail } from 'class-validator';
import { Choice, Flag, Reference, Text, Whole } from '../../../src/resource/kit/member-decorators.js';
import { Resource } from '../../../src/resource/kit/resource.decorator.js';
import { ResourceRecord } from '../../../src/resource/kit/resource-record.js';
import { Coupon } from '../coupons/coupon.js';

/** A resource with every kind of member, of which some have columns with names that are words of SQL. */
@Resource({
  ...{ name: 'Voucher', path: 'api/sys/vouchers', table: 'vouchers' },
  shownAs: "{Holder}'s {Reason}",
  commands: [
    { key: 'VOUCHER_COUNT', name: 'Count', records: 'none', icon: 'abacus', order: 9 },
    { key: 'VOUCHER_SWAP', name: 'Swap', records: 'two', role: 'Voucher-Delete' },
    { key: 'VOUCHER_SPEND', name: 'Spend', records: 'several' },
    { key: 'VOUCHER_RENAME', name: 'Rename', records: 'one' },
  ],
})
export class Voucher extends ResourceRecord {
  @Text({ longest: 200, searchable: true, unique: true, example: 'ada@example.com' })
  @IsEmail()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim().toLowerCase() : value))
  Holder!: string;

  @Text({ longest: 64, secret: true, searchable: true })
  Key!: string;

  @Choice(['gift', 'refund'], { searchable: true, orderable: true })
  Reason!: string;

  @Flag({ searchable: true })
  IsActive!: boolean;

  @Whole({ required: false, searchable: true, orderable: true })
  Order!: number | null;

  @Reference(() => Coupon, { required: false, searchable: true })
  CouponId!: number | null;

  @Text({ longest: 100, required: false })
  @Transform(({ value }: { value: string | null }) => value?.toUpperCase() ?? null, { toPlainOnly: true })
  Note!: string | null;

  get isSpent(): boolean {
    return this.Order === 0;
  }
}
