import { IntersectionType, OmitType, PartialType, PickType } from '@nestjs/swagger';
import { OptionalText, RequiredDateTime, RequiredId, RequiredText } from '../../resource/members.js';

/**
 * The body of an update: the whole record, with its Id (contract 1.1). An absent SystemId clears the stored SystemId.
 * Read-only and unknown members are ignored.
 */
export class RefreshTokenChange {
  @RequiredText({ maxLength: 512, example: 'ada@example.com', description: 'Whom the token speaks for.' })
  readonly Subject!: string;

  @RequiredText({ maxLength: 512, example: 'mobile-app', description: 'The client the token was issued to.' })
  readonly ClientId!: string;

  @RequiredDateTime({
    example: '2030-01-31T12:00:00Z',
    description: 'When the token ends. ISO 8601; without a zone it is UTC. May be past.',
  })
  readonly ExpiresOn!: Date;

  @RequiredText({ maxLength: 65_536, secret: true, example: 'sealed-ticket', description: 'The sealed ticket.' })
  readonly ProtectedTicket!: string;

  @RequiredText({ maxLength: 1_024, secret: true, example: 'Zm9vYmFyYmF6', description: 'Hash of the token.' })
  readonly TicketHash!: string;

  @RequiredText({ maxLength: 1_024, secret: true, example: 'c2FsdHNhbHQ=', description: 'Salt of that hash.' })
  readonly TicketSalt!: string;

  @RequiredId({ example: 87654321, description: 'The record to update.' })
  readonly Id!: number;

  @OptionalText({ maxLength: 4_000, example: 'crm-4711', description: 'Free text of an external system.' })
  readonly SystemId?: string | null;
}

/**
 * The body of a creation: all members of an update except the Id. This class is derived from the update, so that both report failures in
 * the order of contract 1.1, where the Id is not the last member.
 */
export class RefreshTokenInput extends OmitType(RefreshTokenChange, ['Id']) {}

/** The OpenAPI schema of an update at the path of the record's id, where the Id may be absent. It is checked as `RefreshTokenChange`. */
export class RefreshTokenChangeById extends IntersectionType(
  RefreshTokenInput,
  PartialType(PickType(RefreshTokenChange, ['Id'])),
) {}
