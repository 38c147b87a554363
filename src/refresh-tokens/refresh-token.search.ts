import type { Columns } from '../database/search.js';
import type { SearchDefinition } from '../http/search-parameters.js';
import { isNew } from './refresh-token.entity.js';

/** What refresh tokens can be searched by and ordered by (contract 1.6). */
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

/** Where each of those members stands in the table. */
export const REFRESH_TOKEN_COLUMNS: Columns = {
  Subject: 'record.subject',
  ClientId: 'record.client_id',
  ExpiresOn: 'record.expires_on',
  ProtectedTicket: 'record.protected_ticket',
  TicketHash: 'record.ticket_hash',
  TicketSalt: 'record.ticket_salt',
  Id: 'record.id',
  UpdatedOn: 'record.updated_on',
  CreatedOn: 'record.created_on',
  UniqueId: 'record.unique_id',
  UpdatedBy: 'record.updated_by',
  SystemId: 'record.system_id',
  IsNew: isNew('record'),
  ToStringText: "record.subject || ' (' || record.client_id || ')'",
};
