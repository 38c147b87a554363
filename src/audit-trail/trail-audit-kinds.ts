import { AuditKinds } from '../audit/audit-kinds.js';

/** The kinds of events about the trail itself. */
export class TrailAuditKinds extends AuditKinds {
  readonly kinds = {
    'audit-damaged': {
      meaning: 'a job found the sealed trail changed',
      reason: 'what was found',
      action: '`npm run cli -- audit verify`',
    },
    'audit-trail-read': {
      meaning: 'the trail was read: a sample of at most ten events a minute for each user and replica',
    },
  };
}
