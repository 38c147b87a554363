import type { Searchable, SearchColumn } from '../resource/find-page.js';
import { ENTITY_SQL } from './audited-entity.js';

const nullable = (sql: string): SearchColumn => ({ sql, isNullable: true });

/** The columns of the members by which the audit trail can be searched. */
export const AUDIT_TRAIL_ENTRIES: Searchable = {
  table: 'audit_trail_entries',
  columns: {
    Id: { sql: 'id' },
    CreatedOn: { sql: 'created_on' },
    Kind: { sql: 'kind' },
    Actor: { sql: 'actor' },
    Subject: nullable('subject'),
    ClientId: nullable('client_id'),
    SessionId: nullable('session_id'),
    Reason: nullable('reason'),
    Address: nullable('address'),
    RequestId: nullable('request_id'),
    LastAddress: nullable('last_address'),
    LastRequestId: nullable('last_request_id'),
    EntityShortName: { sql: ENTITY_SQL.EntityShortName },
    EntityId: nullable(ENTITY_SQL.EntityId),
    AuditType: nullable(ENTITY_SQL.AuditType),
    PropertyName: nullable(ENTITY_SQL.PropertyName),
    OldValue: nullable(ENTITY_SQL.OldValue),
    NewValue: nullable(ENTITY_SQL.NewValue),
    ActionBy: { sql: ENTITY_SQL.ActionBy },
    Changes: { sql: ENTITY_SQL.Changes, isNullable: true, isList: true },
  },
};
