import { AuditKinds } from '../audit/audit-kinds.js';

/** The reason of a verification that found nothing wrong. */
export const INTACT = 'intact';

/** The kinds of events about what operators do through the API. */
export class OperationAuditKinds extends AuditKinds {
  readonly kinds = {
    'job-run': { meaning: 'a user ran a job before it was due', reason: 'the name of the job' },
    'audit-verified': {
      meaning: 'a user verified the trail against its seals',
      reason: '`intact`, or what was found',
      action: 'if it is not `intact`: `npm run cli -- audit verify`, and find out who changed the database',
    },
  };
}
