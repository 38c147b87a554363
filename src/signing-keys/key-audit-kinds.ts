import { AuditKinds } from '../audit/audit-kinds.js';

/** The kind of events about signing keys. */
export class KeyAuditKinds extends AuditKinds {
  readonly kinds = {
    'signing-key-rotated': { meaning: 'there is a new signing key', reason: 'the key’s `kid`' },
  };
}
