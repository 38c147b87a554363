import { inLanguage, type Translation } from './language.js';
import { ACCOUNT } from './texts/english-account.js';
import { OPERATIONS } from './texts/english-operations.js';

/** Every text of the console that the API does not give, for translation; what the events of a session mean is in `explanations.ts`. */
const ENGLISH = {
  name: 'Tessera',
  loading: 'Loading …',
  signIn: {
    title: 'Tessera console',
    email: 'E-mail',
    password: 'Password',
    code: 'Code of your authenticator app',
    button: 'Sign in',
    busy: 'Signing in …',
    back: 'Use another account',
    note: 'The tokens stay in the memory of this browser. When you close the last tab, you are signed out.',
    reasons: {
      two_factor_auth_check: 'The code is wrong. Codes change every 30 seconds.',
      must_reset_password: 'Your password must be changed first. Ask an operator to do that.',
      network: 'The service does not answer. What you typed is still here: try again.',
    },
  },
  failures: {
    network: 'The service does not answer. Check your connection, then try again.',
    unknown: 'The service answered with an error.',
    requestId: (id: string) => `Request ${id}`,
    denied: 'Your user lacks the role for this page. An administrator can grant it.',
  },
  none: '—',
  menu: { sessions: 'Sessions', history: 'Why signed out?', signOut: 'Sign out' },
  list: {
    empty: 'There is nothing here that matches. Remove a filter, or create a first record.',
    select: 'Select',
    from: 'from',
    to: 'to',
    filterHint: 'A * at the end finds what begins with the text.',
    failed: 'This list could not be loaded.',
    retry: 'Try again',
  },
  commands: {
    run: 'Run',
    cancel: 'Cancel',
    chosen: (count: number) => (count === 1 ? 'It runs on 1 record.' : `It runs on ${count} records.`),
    none: 'It needs no records.',
    done: 'The command was run.',
  },
  sessions: {
    title: 'Sessions',
    hint: 'Sessions that can still be refreshed, and other records of refresh tokens.',
    empty: 'No session matches. Ended sessions have no record any more: look under “Why signed out?”.',
    lastUsed: 'Last refresh',
    signedIn: 'Signed in',
    story: 'Story of the session',
    expires: 'Expires',
    end: (count: number) => (count === 1 ? 'End session' : `End ${count} sessions`),
    endTitle: (count: number) => (count === 1 ? 'End this session?' : `End ${count} sessions?`),
    endText:
      'Its refresh token stops working immediately. Access tokens stay valid until they expire, unless an API introspects them.',
    ended: (count: number) => (count === 1 ? 'The session was ended.' : `${count} sessions were ended.`),
  },
  history: {
    title: 'Why signed out?',
    hint: 'Sessions in the audit trail, the newest first, also those that have ended. Open one to see its story.',
    user: 'User (e-mail)',
    client: 'Client',
    address: 'Address',
    search: 'Search',
    empty: 'The audit trail has no session like this. Check the spelling, or search by less.',
    columns: { when: 'Last event', user: 'User', client: 'Client', state: 'What happened' },
    more: 'Only the newest events were searched. Name a user for older ones.',
  },
  story: {
    title: (who: string) => `Session of ${who}`,
    unknown: 'an unknown user',
    missing: 'The audit trail has no event of this session. It may be older than AUDIT_RETENTION.',
    whatToDo: 'What to do',
    picture: 'The session to scale, from the first event to the last',
    timeline: 'What happened',
    liveSince: (time: string) => `signed in ${time}`,
    cut: 'This session has more events. The oldest are left out here.',
    times: (count: number) => `${count} times`,
    gap: (time: string) => `${time} later`,
    refreshed: 'Refreshed',
    refreshNote: 'The trail has no event for an ordinary refresh. This is one that a later event or the record names.',
    facts: {
      user: 'User',
      client: 'Client',
      address: 'Address',
      device: 'Device',
      agent: 'User agent',
      request: 'Request',
      id: 'Session',
    },
    parties: {
      title: 'Two senders',
      last: 'Refreshed last',
      stale: 'Sent the old token',
      note: 'One of the two may be the thief.',
    },
    from: (address: string) => `from ${address}`,
    moved: (before: string, after: string) => `${before} → ${after}`,
    copy: 'Copy link',
    copied: 'The link was copied.',
    others: 'Sessions of this user',
    events: 'All events in the audit trail',
    live: {
      headline: 'This session is live.',
      todo: 'If the user does not know it, end it and let the user change the password.',
    },
    gone: {
      headline: 'This session has no record any more.',
      todo: 'Its record was deleted. The events below are all that is known.',
    },
    expired: {
      headline: 'This session expired.',
      todo: 'The client did not refresh in time. The user signs in again.',
    },
  },
  ...ACCOUNT,
  ...OPERATIONS,
} as const;

export type Texts = Translation<typeof ENGLISH>;

export const TEXTS = await inLanguage(ENGLISH, { fr: async () => (await import('./texts/french.js')).FRENCH });
