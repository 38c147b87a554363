import { audited, recordFacts } from '../audit/audited.js';
import { CLIENT_POLICY, IS_ADMITTED, joinedClient } from '../clients/policy-of-session.js';
import { rowOf, statement } from '../database/statement.js';
import { ENDED_ROW, type EndedRow } from './ended-session.js';
import type { ListedSession } from './session.js';
import { isLive, LISTED } from './session.statements.js';

/** The newest live sessions of a user at clients that may have sessions, at most `limit`. `longestLife` is the longest lifetime of a login, in seconds. */
export const OWN_SESSIONS = statement({
  name: 'own-sessions',
  isIdempotent: true,
  parameters: { subject: 'text', longestLife: 'float8', limit: 'int', ...CLIENT_POLICY },
  returns: rowOf<ListedSession>(),
  text: `SELECT ${LISTED} FROM refresh_tokens t ${joinedClient('t')}
    WHERE t.subject = :subject AND ${isLive('t')} AND ${IS_ADMITTED} ORDER BY t.id DESC LIMIT :limit::int`,
});

/** Ends a session if it belongs to this user. */
export const END_OWN = audited({
  name: 'own-session-end',
  parameters: { subject: 'text', sessionId: 'uuid' },
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t WHERE issued AND subject = :subject AND unique_id = :sessionId::uuid
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});

/** Ends all sessions of a user except the session `kept`, if there is one. */
export const END_OWN_OTHERS = audited({
  name: 'own-sessions-end-others',
  parameters: { subject: 'text', kept: 'uuid?' },
  returns: rowOf<EndedRow>(),
  act: `DELETE FROM refresh_tokens t WHERE issued AND subject = :subject AND unique_id IS DISTINCT FROM :kept::uuid
    RETURNING ${recordFacts('t')}, true AS ended`,
  columns: ENDED_ROW,
});

/** The time, and the seconds since a sign-in at `authTime`, which is in seconds since 1970. */
export const MOMENT = statement({
  name: 'own-sign-in-age',
  isIdempotent: true,
  parameters: { authTime: 'float8?' },
  returns: rowOf<{ now: Date; age: number | null }>(),
  text: `SELECT now() AS now, extract(epoch FROM now())::float8 - :authTime::float8 AS age`,
});
