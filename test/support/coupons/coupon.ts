import { DateTime, Text, Whole } from '../../../src/resource/kit/member-decorators.js';
import { Resource } from '../../../src/resource/kit/resource.decorator.js';
import { ResourceRecord } from '../../../src/resource/kit/resource-record.js';

export class Extension {
  @Whole({ least: 1, most: 365, description: 'How many days longer.' })
  readonly Days!: number;
}

@Resource({
  ...{ name: 'Coupon', path: 'api/sys/coupons', table: 'coupons' },
  commands: [{ key: 'COUPON_EXTEND', name: 'Extend', parameters: Extension }],
})
export class Coupon extends ResourceRecord {
  @Text({ longest: 40, unique: true, searchable: true, orderable: true, example: 'MAY' })
  Code!: string;

  @Whole({ least: 1, most: 100, searchable: true, orderable: true, description: 'Per cent off.' })
  Percent!: number;

  @DateTime({ searchable: true, orderable: true })
  ValidUntil!: Date;

  @Text({ longest: 1_000, required: false })
  Note!: string | null;
}
