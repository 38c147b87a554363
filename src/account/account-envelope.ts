import { ApiProperty } from '@nestjs/swagger';
import { WriteEnvelope } from '../resource/write-envelope.js';

/** What an act on the own account did. */
interface Done {
  readonly message: string;
  readonly value: object | null;
  readonly at: Date;
  readonly by: string;
}

/** The response to an act on the own account: the members of `WriteEnvelope`, where Value says what was done (contract 1.3). */
export class AccountEnvelope extends WriteEnvelope {
  @ApiProperty({ type: String, example: 'The sessions were ended.' })
  declare readonly Message: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'What was done, as the description of the operation says.',
    example: { Ended: 2 },
  })
  declare readonly Value: never;

  static done({ message, value, at, by }: Done): AccountEnvelope {
    const envelope = WriteEnvelope.of('', 'updated', { id: 0, updatedOn: at, updatedBy: by });
    return Object.assign(envelope, { Message: message, Value: value as never });
  }
}
