import { ApiProperty } from '@nestjs/swagger';

/** A page of the feed of ended sessions. */
export class Revocations {
  @ApiProperty({
    type: [String],
    format: 'uuid',
    example: ['01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d'],
    description: 'Sessions that ended: the `sid` of their access tokens. A session may be named more than once.',
  })
  readonly sessions!: readonly string[];

  @ApiProperty({ type: String, example: '4711-4712-1', description: 'The `since` of the next request.' })
  readonly cursor!: string;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether more sessions follow already.' })
  readonly has_more!: boolean;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    example: 3600,
    description:
      'For how many seconds a reader must refuse the access tokens of these sessions. Then they have expired.',
  })
  readonly keep_for!: number;
}
