import { AuditKinds } from '../audit/audit-kinds.js';

/** The kinds of events about users and their passwords. */
export class UserAuditKinds extends AuditKinds {
  readonly kinds = {
    'login-failed': {
      meaning: 'a sign-in was refused',
      action: 'many from one address or for one user: guessing. The limits slow guesses down',
      reason: {
        'unknown-user': 'there is no such user. The client gets the same answer as for the next two',
        'wrong-password': 'the password is wrong',
        'user-disabled': 'the user is disabled',
        'no-code': 'the user has a second factor, and the code is missing',
        'wrong-code': 'the user has a second factor, and the code is wrong',
        'must-reset-password':
          'the password must be changed first: by the user with the ticket of the answer, or with `npm run cli -- users change E-MAIL --password`',
      },
    },
    'password-change-refused': {
      meaning: 'a signed-in user gave a wrong present password for a change of the password',
      reason: '`wrong-password`, or `directory` for a password that a directory of a team has',
      action: 'as for `login-failed`: the access token may be stolen',
    },
    'recovery-code-used': {
      meaning: 'a recovery code was used in the place of a code at a sign-in',
      reason: 'how many are left, such as `9 left`',
      action: 'ask the user, if in doubt',
    },
    'user-added': {
      meaning:
        'a user was added; the actor `service` adds users that a directory of a team has, at their first sign-in',
    },
    'user-changed': {
      meaning: 'a user was changed',
      reason:
        'such as `password-changed`, `user-disabled`, `granted ROLE`, `withdrew ROLE`, `totp-enabled`, `recovery-codes-made`, `made-administrator`, ' +
        '`approved`, `edited`',
    },
    'user-deleted': { meaning: 'a user was deleted, for good' },
    'user-erased': { meaning: 'a person was erased. The subject is the pseudonym that replaces the name' },
    'user-exported': { meaning: 'everything that the service stores about a person was exported' },
    'erasure-completed': {
      meaning: 'the second look of an erasure ended, a quarter of an hour later. The subject is the pseudonym',
      reason: 'how many rows it still changed, such as `2 rows`; `added-again` if there is such a user again',
    },
    'user-tampered': {
      meaning: 'a row of the table `users` was not written by the service',
      action: '[SECURITY.md](../SECURITY.md#what-a-writer-of-the-database-can-do)',
    },
  };
}
