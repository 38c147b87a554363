import { inLanguage } from './language.js';

/** What the events of a session mean in plain words, and what to do. A kind that is not here is shown by its name. */
export interface Explanation {
  readonly headline: string;
  readonly meaning: string;
  readonly todo: string;
}

const of = (headline: string, meaning = '', todo = ''): Explanation => ({ headline, meaning, todo });
const SIGN_IN_AGAIN = 'The user signs in again.';
const USER_CHANGED = 'Every session of the user ended with this change of the user.';

const kinds: Readonly<Record<string, Explanation>> = {
  login: of('Signed in'),
  'login-failed': of('A sign-in was refused', '', 'Many from one address are guesses. The limits slow them down.'),
  'refresh-retried': of(
    'The same answer was sent again',
    'The client repeated a refresh: its answer was lost, or two tabs refreshed together.',
    'Many from one client: its network loses answers.',
  ),
  'refresh-refused': of('A refresh was refused'),
  'refreshed-elsewhere': of(
    'Refreshed from another place',
    'The network or the user agent is not that of the previous refresh.',
    'Ask the user. If in doubt, end the session.',
  ),
  'session-ended': of('The session ended'),
  'record-created': of('The record was created'),
  'record-updated': of('The record was changed'),
  'record-deleted': of('The record was deleted'),
  'token-introspected': of('An API checked a token'),
};

const reasons: Readonly<Record<string, Explanation>> = {
  'session-ended revoked': of('Signed out', 'The client signed the user out.', 'Nothing. ' + SIGN_IN_AGAIN),
  'session-ended replayed': of(
    'Ended, because an old refresh token was used again',
    'A refresh token that had been replaced long before was presented. Either a thief has a copy, or the client keeps old tokens. ' +
      'The session ended for both of them.',
    'Compare the two senders. If the user does not know one of them, let the user change the password and look at the other sessions. ' +
      'If both are the same device, the client stores its tokens wrongly.',
  ),
  'session-ended refreshed-elsewhere': of(
    'Ended, because the token came from another place',
    'The refresh came from another network or user agent, and REFRESHED_ELSEWHERE is set to end such sessions.',
    'Ask the user whether the new place is theirs. ' + SIGN_IN_AGAIN,
  ),
  'session-ended deleted': of(
    'Ended by a person',
    'A user of the API deleted the record.',
    'The actor below did it: ask there.',
  ),
  'session-ended edited': of(
    'Ended by an edit',
    'A user of the API changed the user, client or ticket of the record, or set its expiry to the past.',
    'The actor below did it: ask there.',
  ),
  'session-ended ended-by-operator': of(
    'Ended by an operator',
    'The command line ended it.',
    'The actor below did it: ask there.',
  ),
  'session-ended restored': of(
    'Ended after a restore',
    'The database was restored from a backup. An exported trail named the end of this session, so it was ended again.',
    SIGN_IN_AGAIN,
  ),
  'session-ended password-changed': of(
    'Ended, because the password changed',
    USER_CHANGED,
    'The user signs in with the new password.',
  ),
  'session-ended user-disabled': of(
    'Ended, because the user was disabled',
    USER_CHANGED,
    'Enable the user if that was a mistake.',
  ),
  'session-ended must-reset-password': of(
    'Ended, because the password must be changed',
    USER_CHANGED,
    'An operator or the user changes the password, then the user signs in.',
  ),
  'session-ended approved': of('Ended, because an operator approved the changed user', USER_CHANGED, SIGN_IN_AGAIN),
  'record-deleted expired': of(
    'The expired record was deleted',
    'The session had expired, and a job removed its record.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused session-ended': of('A refresh was refused: the session had ended', 'The client did not know yet.'),
  'refresh-refused edited': of('A refresh was refused: an edit had ended the session'),
  'refresh-refused other-client': of(
    'A refresh was refused: another client sent it',
    'The request named another client than the sign-in did.',
    'Check the client’s configuration. If the client is unknown, end the session.',
  ),
  'refresh-refused expired': of(
    'A refresh was refused: the session had expired',
    'The client came back too late.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused user-disabled': of(
    'A refresh was refused: the user is disabled',
    '',
    'Enable the user if that was a mistake.',
  ),
  'refresh-refused user-tampered': of(
    'A refresh was refused: the user’s row was changed from outside',
    'Something other than the service wrote the row of the user.',
    'Treat it as an intrusion: see SECURITY.md.',
  ),
  'refresh-refused earlier-login': of(
    'A refresh was refused: the user has signed in again',
    'At one client a user has one session. The later sign-in replaced the earlier one, so the other device or tab was signed out.',
    'If the user needs two devices, give each its own client name.',
  ),
  'refresh-refused ahead-of-database': of(
    'A refresh was refused: the token is newer than the database',
    'The database was restored from a backup.',
    SIGN_IN_AGAIN,
  ),
  'refresh-refused superseded-in-flight': of(
    'A refresh was refused: another one was faster',
    'Two refreshes were on their way together. The session goes on.',
  ),
  'session-ended ended-by-user': of('Ended by the user', 'The user ended it in the own account.'),
  'session-ended ended-by-command': of(
    'Ended by a person, with others',
    'A user of the API ended many sessions together.',
    'The actor below did it: ask there.',
  ),
  'session-ended too-many-sessions': of(
    'Ended, because the user signed in elsewhere',
    'The user already had as many sessions at this client as it allows (SessionsPerUser), so the oldest ended.',
    SIGN_IN_AGAIN,
  ),
  'session-ended user-deleted': of('Ended, because the user was deleted', USER_CHANGED),
  'refresh-refused cut-off': of('A refresh was refused: the session was ended with others'),
  'refresh-refused unproven-key': of(
    'A refresh was refused: its sender does not have the key of the session',
    'The refresh token was sent without a proof of the key. The session goes on.',
    'The token may be stolen. It is worthless without the key; let the user change the password.',
  ),
  'refresh-refused repeated-too-often': of(
    'A refresh was refused: it was repeated too often',
    'The same answer was repeated a hundred times.',
    'The client is in a loop: repair it.',
  ),
};

/** The explanations by kind, and by kind and reason. */
export const { KINDS, REASONS } = await inLanguage(
  { KINDS: kinds, REASONS: reasons },
  { fr: async () => (await import('./texts/french-explanations.js')).EXPLANATIONS },
);
