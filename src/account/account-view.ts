import { ApiProperty } from '@nestjs/swagger';

/** A user, as the user sees the own account. */
export class AccountView {
  @ApiProperty({ type: String, format: 'email', example: 'ada@example.com' })
  readonly Email!: string;

  @ApiProperty({ type: Boolean, example: false, description: 'Whether the user is a full administrator.' })
  readonly IsAdministrator!: boolean;

  @ApiProperty({ type: [String], example: ['RefreshToken-Read'] })
  readonly Roles!: readonly string[];

  @ApiProperty({ type: Boolean, example: true, description: 'Whether a sign-in needs a code.' })
  readonly HasSecondFactor!: boolean;

  @ApiProperty({ type: 'integer', format: 'int32', example: 10, description: 'How many recovery codes are left.' })
  readonly RecoveryCodesLeft!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' })
  readonly CreatedOn!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d',
    description: 'UniqueId of the session of this request. Null with Basic credentials, as are the next three.',
  })
  readonly SessionId!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'mobile-app' })
  readonly ClientId!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2025-01-15T10:30:00Z' })
  readonly SignedInOn!: string | null;

  @ApiProperty({ type: [String], nullable: true, example: ['pwd'], description: 'How the user signed in (RFC 8176).' })
  readonly AuthenticationMethods!: readonly string[] | null;
}
