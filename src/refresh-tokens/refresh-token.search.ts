import type { Searchable } from '../resource/find-page.js';
import type { SearchDefinition } from '../resource/search-parameters.js';
import { isNew } from './refresh-token.entity.js';

/** The members by which refresh tokens can be searched and ordered (contract 1.6). */
export const REFRESH_TOKEN_SEARCH: SearchDefinition = {
  resource: 'RefreshToken',
  plural: 'RefreshTokens',
  equality: {
    Subject: 'text',
    ClientId: 'text',
    ExpiresOn: 'date-time',
    ProtectedTicket: 'secret',
    TicketHash: 'secret',
    TicketSalt: 'secret',
    SystemId: 'text',
    UniqueId: 'uuid',
    UpdatedBy: 'text',
    Id: 'id',
  },
  ranges: ['ExpiresOn', 'CreatedOn', 'UpdatedOn'],
  orders: [
    'Id',
    'Subject',
    'ClientId',
    'ExpiresOn',
    'UpdatedOn',
    'CreatedOn',
    'UniqueId',
    'UpdatedBy',
    'IsNew',
    'SystemId',
    'ToStringText',
  ],
};

/** The column of each of those members. */
export const REFRESH_TOKENS: Searchable = {
  table: 'refresh_tokens',
  columns: {
    Subject: { sql: 'subject' },
    ClientId: { sql: 'client_id' },
    ExpiresOn: { sql: 'expires_on' },
    ProtectedTicket: { sql: 'protected_ticket' },
    TicketHash: { sql: 'ticket_hash' },
    TicketSalt: { sql: 'ticket_salt' },
    Id: { sql: 'id' },
    UpdatedOn: { sql: 'updated_on' },
    CreatedOn: { sql: 'created_on' },
    UniqueId: { sql: 'unique_id' },
    UpdatedBy: { sql: 'updated_by' },
    SystemId: { sql: 'system_id', indexed: 512, isNullable: true },
    IsNew: { sql: isNew('refresh_tokens'), isFlag: true },
    ToStringText: { sql: "(subject || ' (' || client_id || ')')", indexed: 512 },
  },
};
