import { AuditKinds } from '../audit/audit-kinds.js';

/** The kinds of events that resources write. */
export class RecordAuditKinds extends AuditKinds {
  readonly kinds = {
    'record-created': { meaning: 'a record was written' },
    'record-updated': { meaning: 'a record was changed', reason: '`edited`, or `command KEY` for a command' },
    'record-deleted': {
      meaning: 'a record was deleted',
      reason: '`deleted`, `expired` for the job that deletes old records, or `erased` for those of an erased person',
    },
    'record-read': {
      meaning: 'records were read',
      reason: 'none for one record, `batch` or `search` for several, `ended` for an export of ended sessions',
    },
    'command-run': {
      meaning: 'a command of a resource of the kit ran; its changes are events of their own',
      reason: 'the key of the command',
    },
  };
}
