import { ApiProperty } from '@nestjs/swagger';
import { formatDateTime } from '../../kernel/date-time.js';
import type { RefreshToken } from '../refresh-token.entity.js';

const text = (example: string, description?: string): PropertyDecorator =>
  ApiProperty({ type: String, example, ...(description && { description }) });
const dateTime = (example: string, description?: string): PropertyDecorator =>
  ApiProperty({ type: String, format: 'date-time', example, ...(description && { description }) });

const ticket = (example: string): PropertyDecorator =>
  ApiProperty({
    type: String,
    nullable: true,
    example,
    description: 'Null of a record that the service issued, without RefreshToken-Read.',
  });

/**
 * A refresh token's record as a search shows it: sixteen members, in this order, nulls included (contract 1.1). If the service issued the
 * record, its ticket is null for users who may list records but not read them.
 */
export class ListedRefreshTokenView {
  @text('ada@example.com', 'Whom the token speaks for.')
  readonly Subject!: string;

  @text('mobile-app', 'The client the token was issued to.')
  readonly ClientId!: string;

  @dateTime('2030-01-31T12:00:00Z', 'When the token ends.')
  readonly ExpiresOn!: string;

  @ticket('sealed-ticket')
  readonly ProtectedTicket!: string | null;

  @ticket('Zm9vYmFyYmF6')
  readonly TicketHash!: string | null;

  @ticket('c2FsdHNhbHQ=')
  readonly TicketSalt!: string | null;

  @ApiProperty({ type: 'integer', format: 'int64', minimum: 1, example: 87654321 })
  readonly Id!: number;

  @dateTime('2025-01-15T10:30:00Z')
  readonly UpdatedOn!: string;

  @dateTime('2025-01-15T10:30:00Z')
  readonly CreatedOn!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    example: '01946983-4c40-7c3a-9b1e-3d5f8a7b6c4d',
    description: 'UUID version 7.',
  })
  readonly UniqueId!: string;

  @ApiProperty({
    type: String,
    format: 'email',
    example: 'admin@example.com',
    description: 'E-mail of the user who last wrote the record.',
  })
  readonly UpdatedBy!: string;

  @ApiProperty({ type: Boolean, example: true, description: 'Whether the record is less than 24 hours old.' })
  readonly IsNew!: boolean;

  @ApiProperty({ type: String, nullable: true, example: 'crm-4711', description: 'Free text of an external system.' })
  readonly SystemId!: string | null;

  @text('ada@example.com (mobile-app)')
  readonly ToStringText!: string;

  @ApiProperty({ type: 'null', example: null })
  readonly LocalizationDetails!: null;

  @ApiProperty({ type: 'null', example: null })
  readonly CustomFields!: null;

  /** The view of a stored record, without its ticket. */
  static withoutTicket(token: RefreshToken): ListedRefreshTokenView {
    return { ...membersOf(token), ProtectedTicket: null, TicketHash: null, TicketSalt: null };
  }
}

/** A refresh token's record with its ticket. */
export class RefreshTokenView extends ListedRefreshTokenView {
  @ApiProperty({ type: String, nullable: false, example: 'sealed-ticket', description: 'The sealed ticket.' })
  declare readonly ProtectedTicket: string;

  @ApiProperty({ type: String, nullable: false, example: 'Zm9vYmFyYmF6', description: 'Hash of the token.' })
  declare readonly TicketHash: string;

  @ApiProperty({ type: String, nullable: false, example: 'c2FsdHNhbHQ=', description: 'Salt of that hash.' })
  declare readonly TicketSalt: string;

  /** The view of a stored record. */
  static of(token: RefreshToken): RefreshTokenView {
    return membersOf(token);
  }
}

function membersOf(token: RefreshToken) {
  return {
    Subject: token.subject,
    ClientId: token.clientId,
    ExpiresOn: formatDateTime(token.expiresOn),
    ProtectedTicket: token.protectedTicket,
    TicketHash: token.ticketHash,
    TicketSalt: token.ticketSalt,
    Id: token.id,
    UpdatedOn: formatDateTime(token.updatedOn),
    CreatedOn: formatDateTime(token.createdOn),
    UniqueId: token.uniqueId,
    UpdatedBy: token.updatedBy,
    IsNew: token.isNew,
    SystemId: token.systemId,
    ToStringText: `${token.subject} (${token.clientId})`,
    LocalizationDetails: null,
    CustomFields: null,
  };
}
