import { AuditKinds } from '../audit/audit-kinds.js';

/** The kind of events about Basic credentials. */
export class BasicAuditKinds extends AuditKinds {
  readonly kinds = {
    'basic-sign-in': {
      meaning: 'a Basic password was checked: a sample of at most ten events a minute for each user and replica',
    },
  };
}
