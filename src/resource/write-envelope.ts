import { ApiProperty } from '@nestjs/swagger';
import { formatDateTime } from '../kernel/date-time.js';

/**
 * The result of a write: which record, when, and by whom.
 * @publicApi
 */
export interface Write {
  readonly id: number;
  readonly updatedOn: Date;
  readonly updatedBy: string;
}

/** SQL: the members of `Write`, from a row of the resource's table. */
export const WRITE = 'id, updated_on AS "updatedOn", updated_by AS "updatedBy"';

class WriteValue {
  @ApiProperty({ type: 'integer', format: 'int64', example: 87_654_321, description: 'Id of the record written.' })
  readonly Id!: number;
}

/**
 * The response to a successful write: always 200, always these eleven members (contract 1.3).
 * @publicApi
 */
export class WriteEnvelope {
  @ApiProperty({ type: 'integer', format: 'int32', enum: [200], example: 200 })
  readonly Status!: 200;

  @ApiProperty({ type: String, example: 'RefreshToken was successfully created.' })
  readonly Message!: string;

  @ApiProperty({ type: WriteValue })
  readonly Value!: WriteValue;

  @ApiProperty({ type: Boolean, example: false })
  readonly OpenInDialog!: boolean;

  @ApiProperty({ type: Boolean, example: false })
  readonly OpenInWindow!: boolean;

  @ApiProperty({ type: 'null', example: null })
  readonly RedirectURL!: null;

  @ApiProperty({ type: 'null', example: null })
  readonly JavaScript!: null;

  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' })
  readonly UpdatedOn!: string;

  @ApiProperty({
    type: String,
    example: 'admin@example.com',
    description: 'E-mail of the user who wrote the record, or `client:` and the name of a client.',
  })
  readonly UpdatedBy!: string;

  @ApiProperty({ type: 'null', example: null })
  readonly Errors!: null;

  @ApiProperty({ type: Boolean, enum: [true], example: true })
  readonly WasSuccessful!: true;

  /** Makes the envelope, with a message such as `<resource> was successfully created.` */
  static of(resource: string, did: 'created' | 'updated' | 'deleted', write: Write): WriteEnvelope {
    return {
      Status: 200,
      Message: `${resource} was successfully ${did}.`,
      Value: { Id: write.id },
      OpenInDialog: false,
      OpenInWindow: false,
      RedirectURL: null,
      JavaScript: null,
      UpdatedOn: formatDateTime(write.updatedOn),
      UpdatedBy: write.updatedBy,
      Errors: null,
      WasSuccessful: true,
    };
  }
}
