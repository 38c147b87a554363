import { ApiProperty } from '@nestjs/swagger';
import { OptionalFlag } from '../resource/members.js';
import { formatDateTime } from '../kernel/date-time.js';
import type { DescribedKey } from '../signing-keys/signing-keys.service.js';

const STATES = ['announced', 'signs', 'verifies'] as const;

/** A key that signs or signed access tokens. The private key is never sent. */
export class SigningKeyView {
  @ApiProperty({ type: String, example: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', description: 'The `kid`.' })
  readonly Kid!: string;

  @ApiProperty({
    ...{ type: String, enum: STATES, example: 'signs' },
    description: '`announced`: signs later. `verifies`: tokens that it signed may still be valid.',
  })
  readonly State!: (typeof STATES)[number];

  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' })
  readonly SignsFrom!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T09:30:00Z' })
  readonly CreatedOn!: string;

  static of({ kid, state, signsFrom, createdOn }: DescribedKey): SigningKeyView {
    return { Kid: kid, State: state, SignsFrom: formatDateTime(signsFrom), CreatedOn: formatDateTime(createdOn) };
  }
}

/** How a key is rotated. */
export class RotationBody {
  @OptionalFlag({
    example: false,
    description:
      'Whether the new key signs immediately and all other keys are deleted: if an attacker may know them. Access tokens become invalid.',
  })
  readonly SignsImmediately?: boolean | null;
}
