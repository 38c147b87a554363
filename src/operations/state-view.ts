import { ApiProperty } from '@nestjs/swagger';

/** Whether the audit trail is as the service wrote it. */
export class TrailState {
  @ApiProperty({
    ...{ type: String, enum: ['intact', 'broken', 'unverified'], example: 'intact' },
    description:
      'What the last verification or the last job that looked at sealed events found. `unverified`: there was none yet.',
  })
  readonly State!: 'intact' | 'broken' | 'unverified';

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2025-01-15T10:30:00Z' })
  readonly CheckedOn!: string | null;

  @ApiProperty({ ...{ type: String, nullable: true, example: null }, description: 'What was found, if it is broken.' })
  readonly Finding!: string | null;

  @ApiProperty({
    ...{ type: 'integer', format: 'int32', example: 12 },
    description: 'The age of the oldest event without a seal, in seconds.',
  })
  readonly UnsealedSeconds!: number;
}

/** The state of the service. */
export class StateView {
  @ApiProperty({ type: String, example: '1.0.0' })
  readonly Version!: string;

  @ApiProperty({ type: String, enum: ['embedded', 'postgresql'], example: 'postgresql' })
  readonly Database!: 'embedded' | 'postgresql';

  @ApiProperty({ type: String, example: '17.4', description: 'The version of PostgreSQL.' })
  readonly DatabaseVersion!: string;

  @ApiProperty({ type: 'integer', format: 'int64', example: 52_428_800 })
  readonly DatabaseBytes!: number;

  @ApiProperty({ type: 'integer', format: 'int64', example: 1_250 })
  readonly LiveSessions!: number;

  @ApiProperty({ ...{ type: Boolean, example: false }, description: 'True above 10,000 sessions.' })
  readonly IsEstimated!: boolean;

  @ApiProperty({ type: TrailState })
  readonly Trail!: TrailState;
}
