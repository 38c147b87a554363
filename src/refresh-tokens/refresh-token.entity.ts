import { Index } from 'typeorm';
import { AUDIT_TRAIL_ENTRIES } from '../audit-trail/audit-trail-entry.entity.js';
import { declaredResource } from '../resource/kit/declared-resource.js';
import { DateTime, Text } from '../resource/kit/member-decorators.js';
import { OwnResource } from '../resource/kit/resource.decorator.js';
import { SessionColumns } from './session-columns.js';
import { SessionsToEnd } from './sessions-to-end.js';

const FOUND = { searchable: true, orderable: true } as const;
/** A ticket is found by its whole value. The migration makes the index. */
const TICKET = { secret: true, searchable: true, index: false } as const;

/** The trail has these values too. Each redemption writes some of them, so no index contains them. */
const DEVICE = { role: AUDIT_TRAIL_ENTRIES.role('List'), isNullable: true } as const;

/**
 * The RefreshToken resource (contract 1): a record's members, which clients set, in their order. From them the kit makes columns, bodies, views,
 * searches and their documentation. Stored dates are whole seconds, so a client can search for the same value that it reads.
 */
@OwnResource({
  ...{
    name: 'RefreshToken',
    path: 'api/sys/refreshtokens',
    table: 'refresh_tokens',
    shownAs: '{Subject} ({ClientId})',
  },
  ...{ isCamelCase: true, commandRole: 'Delete' },
  commands: [{ key: 'END_SESSIONS', name: 'End sessions', records: 'optional', parameters: SessionsToEnd }],
  examined: {
    Address: {
      ...DEVICE,
      ...{ kind: 'text', isList: true },
      sql: `nullif(array_remove(ARRAY[host(first_address), host(last_address)], NULL), '{}')`,
      description: 'The IP address of the sign-in, or of the last redemption of the token.',
    },
    Device: {
      ...DEVICE,
      kind: 'part',
      sql: `nullif(concat_ws(E'\\n', device_name, last_user_agent), '')`,
      description: 'The name that the client gave the device at the sign-in, or the user agent of the last redemption.',
    },
  },
  hidden: 'Null of a record that the service issued, without RefreshToken-Read.',
})
@Index('refresh_tokens_slots', ['Subject', 'ClientId', 'slot'], { unique: true, where: 'issued' })
// The first client with more than one session for each user drops it.
@Index('refresh_tokens_session', { synchronize: false })
@Index('refresh_tokens_several', ['ClientId', 'slot'], { where: 'issued AND slot > 0' })
@Index('refresh_tokens_updated_by', ['UpdatedBy', 'Id'])
// Indexes of expressions, and a hash index. Only the migration can declare them.
@Index('refresh_tokens_system_id', { synchronize: false })
@Index('refresh_tokens_to_string_text', { synchronize: false })
@Index('refresh_tokens_protected_ticket', { synchronize: false })
export class RefreshToken extends SessionColumns {
  @Text({ longest: 512, ...FOUND, example: 'ada@example.com', description: 'Whom the token speaks for.' })
  Subject!: string;

  @Text({ longest: 512, ...FOUND, example: 'mobile-app', description: 'The client the token was issued to.' })
  ClientId!: string;

  @DateTime({
    ...FOUND,
    description: 'When the token ends.',
    bodyDescription: 'ISO 8601; without a zone it is UTC. May be past.',
  })
  ExpiresOn!: Date;

  @Text({ longest: 65_536, ...TICKET, example: 'sealed-ticket', description: 'The sealed ticket.' })
  ProtectedTicket!: string;

  @Text({ longest: 1_024, ...TICKET, example: 'Zm9vYmFyYmF6', description: 'Hash of the token.' })
  TicketHash!: string;

  @Text({ longest: 1_024, ...TICKET, example: 'c2FsdHNhbHQ=', description: 'Salt of that hash.' })
  TicketSalt!: string;
}

export const REFRESH_TOKENS = declaredResource(RefreshToken);
