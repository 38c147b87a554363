import { IsEmail, MinLength } from 'class-validator';
import { DateTime, Resource, ResourceRecord, Text, Whole } from 'tessera/resource';

export class Extension {
  @Whole({ least: 1, most: 365, description: 'How many days longer.' })
  readonly Days!: number;
}

/** A coupon signs its holder in once. */
@Resource({
  ...{ name: 'Coupon', path: 'api/sys/coupons', table: 'coupons', shownAs: '{Holder}' },
  commands: [{ key: 'COUPON_EXTEND', name: 'Extend', parameters: Extension }],
})
export class Coupon extends ResourceRecord {
  @Text({ longest: 200, searchable: true, orderable: true, example: 'ada@example.com', description: 'The user.' })
  @IsEmail()
  Holder!: string;

  @Text({ longest: 100, secret: true, searchable: true, description: 'A random text of at least 20 characters.' })
  @MinLength(20)
  Code!: string;

  @DateTime({ searchable: true, orderable: true })
  EndsOn!: Date;

  @DateTime({ required: false, description: 'When the holder signed in. Clients cannot set it.' })
  UsedOn!: Date | null;
}
