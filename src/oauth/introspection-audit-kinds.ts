import { AuditKinds } from '../audit/audit-kinds.js';

/** The kind of events about introspections. */
export class IntrospectionAuditKinds extends AuditKinds {
  readonly kinds = {
    'token-introspected': {
      meaning: 'a token was introspected: a sample of at most ten events a minute for each user and replica',
      reason: '`active` or `inactive`',
    },
  };
}
