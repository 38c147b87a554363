import { AuditKinds } from '../../audit/audit-kinds.js';
import { CLIENT_AUTHENTICATION_REFUSALS } from '../../kernel/refusal-reasons.js';

/** The kinds of events about clients that authenticate. */
export class ClientAuditKinds extends AuditKinds {
  readonly kinds = {
    'client-refused': {
      meaning: 'a client was not authenticated',
      reason: CLIENT_AUTHENTICATION_REFUSALS,
      action:
        'compare what the client sends with its record. Many from one address: guessing, which the limits slow down',
    },
    'client-token-issued': {
      meaning: 'a client got an access token of its own (`client_credentials`)',
      reason: 'how it authenticated, such as `private_key_jwt`',
    },
  };
}
