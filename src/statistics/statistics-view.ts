import { ApiProperty } from '@nestjs/swagger';
import { LENGTHS } from './statistics-query.js';

/** How many events of a kind and reason there were in each interval. */
export class EventSeries {
  @ApiProperty({
    ...{ type: String, example: 'session-ended' },
    description: 'The kind of the events in the audit trail, or `refreshed` for refreshes, which leave no event.',
  })
  readonly Kind!: string;

  @ApiProperty({
    ...{ type: String, nullable: true, example: 'replayed' },
    description:
      'The reason, for the kinds `login-failed`, `refresh-refused` and `session-ended`; `other` if it is not a word.',
  })
  readonly Reason!: string | null;

  @ApiProperty({ type: 'array', items: { type: 'integer', format: 'int64' }, example: [3, 0] })
  readonly Counts!: readonly number[];
}

/** Numbers of events and of live sessions over time. The arrays have a value for each interval. */
export class StatisticsView {
  @ApiProperty({ type: String, enum: LENGTHS, example: 'hour' })
  readonly By!: string;

  @ApiProperty({
    ...{ type: 'array', items: { type: 'string', format: 'date-time' } },
    example: ['2025-01-15T10:00:00Z', '2025-01-15T11:00:00Z'],
    description: 'When each interval begins. Days begin at midnight UTC.',
  })
  readonly Times!: readonly string[];

  @ApiProperty({
    ...{ type: 'array', items: { type: ['integer', 'null'], format: 'int64' }, example: [1_200, 1_250] },
    description: 'Live sessions at the end of each interval; null where no process counted them.',
  })
  readonly LiveSessions!: readonly (number | null)[];

  @ApiProperty({ type: [EventSeries], description: 'Series without an event in the period are left out.' })
  readonly Series!: readonly EventSeries[];

  @ApiProperty({
    ...{ type: Boolean, example: true },
    description: 'False while older events are still being counted, which follows an upgrade.',
  })
  readonly IsComplete!: boolean;
}
