import { ApiProperty } from '@nestjs/swagger';
import type { Job } from '../jobs/job.js';
import type { JobRecord } from '../jobs/job-record.entity.js';
import { formatDateTime } from '../kernel/date-time.js';

const EXAMPLE = '2025-01-15T10:30:00Z';

/** A time that is null before the first run. */
function Time(description: string): PropertyDecorator {
  return ApiProperty({ type: String, format: 'date-time', nullable: true, example: EXAMPLE, description });
}

/** A job, and its last run. */
export class JobView {
  @ApiProperty({ type: String, example: 'expired-records' })
  readonly Name!: string;

  @ApiProperty({ type: String, example: 'Deletes expired records.' })
  readonly Description!: string;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether a process runs it now.' })
  readonly IsRunning!: boolean;

  @Time('When the last run began.')
  readonly StartedOn!: string | null;

  @Time('When the last run ended.')
  readonly EndedOn!: string | null;

  @Time('When the next run is due.')
  readonly DueOn!: string | null;

  @ApiProperty({ type: 'integer', format: 'int64', example: 120, description: 'How many rows the last run changed.' })
  readonly Rows!: number;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why the last run failed.' })
  readonly Failure!: string | null;

  static of({ job, record }: { readonly job: Job; readonly record: JobRecord | null }): JobView {
    const time = (instant: Date | null | undefined): string | null => (instant ? formatDateTime(instant) : null);
    return {
      Name: job.name,
      Description: job.description,
      // A run clears its holder when it ends.
      IsRunning: record?.holder != null,
      StartedOn: time(record?.startedOn),
      EndedOn: time(record?.endedOn),
      DueOn: time(record?.dueOn),
      Rows: record?.rows ?? 0,
      Failure: record?.failure ?? null,
    };
  }
}
