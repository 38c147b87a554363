import { AuditKinds } from '../audit/audit-kinds.js';
import { REFRESH_REFUSALS } from '../kernel/refusal-reasons.js';

const USER_CHANGED = 'the user was changed, which ends all sessions of the user';
/** These refusals are reasons for the end of the session, or leave no event. */
const OTHER_REFUSALS = ['replayed', 'refreshed-elsewhere', 'contended', 'not-issued-here'];
const REFUSALS = Object.entries(REFRESH_REFUSALS).filter(([reason]) => !OTHER_REFUSALS.includes(reason));

/** The kinds of events about sessions and their refresh tokens. */
export class SessionAuditKinds extends AuditKinds {
  readonly kinds = {
    login: { meaning: 'a user signed in', reason: 'how: such as `pwd`, or `pwd otp mfa`' },
    'refresh-retried': {
      meaning: 'a client got the same new token again',
      action: 'many from one client: its answers get lost',
    },
    'refresh-refused': {
      meaning: 'a genuine refresh token was refused; the client gets the same `invalid_grant` for all reasons',
      reason: Object.fromEntries(REFUSALS),
    },
    'refreshed-elsewhere': {
      meaning: 'a refresh from another network or user agent than the previous',
      reason: '`network`, `user-agent`, or both; `retried` for a repeated answer',
      action: 'ask the user. End the session if in doubt',
    },
    'sessions-cut-off': {
      meaning:
        'a cutoff ended sessions, all of them immediately. A job writes their events afterwards, with the same `RequestId`',
      reason: '`everybody`, `client` or `subject`, and `before TIME` if only earlier sign-ins count',
    },
    'session-ended': {
      meaning: 'a session ended',
      reason: {
        revoked: 'the client signed out',
        replayed: {
          meaning: 'a refresh token was used again after its retry windows, so it may be stolen',
          action: 'compare `Address` with `LastAddress`. If it is always the same client, the client keeps old tokens',
        },
        'refreshed-elsewhere': 'the token came from another network or user agent, and `REFRESHED_ELSEWHERE` is `end`',
        deleted: { meaning: 'a user deleted the record', action: 'the actor is that user' },
        edited: {
          meaning: 'a user changed the user, client or ticket of the record, or set its expiry to the past',
          action: 'the actor is that user',
        },
        'too-many-sessions': 'the user signed in again, and had as many sessions as the client’s `SessionsPerUser`',
        'too-many-sessions-of-user':
          'the user signed in again, and had `MAX_SESSIONS_PER_USER` sessions at all clients together',
        'ended-by-operator': 'an operator ended the session on the command line',
        'ended-by-command': {
          meaning: 'a user ended the session by the command `END_SESSIONS`',
          action: 'the actor is that user. `RequestId` is that of the command for all sessions that it ended',
        },
        'revoked-globally':
          'an identity provider or a security tool demanded it (Global Token Revocation); the actor is that client or user',
        'ended-by-user': 'the user ended the session in the own account',
        restored: 'an operator ended the session after a restore, because an exported trail names its end',
        'password-changed': USER_CHANGED,
        'user-disabled': USER_CHANGED,
        'must-reset-password': USER_CHANGED,
        'user-deleted': 'the user was deleted, which ends all sessions of the user',
        'user-erased': 'the user was erased, which ends all sessions of the user',
        approved: USER_CHANGED,
      },
    },
  };
}
