/** A session that a statement ended. */
export interface EndedRow {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
}

/** The reason of the end of a session that a sign-in ended, because the user had too many at the client. */
export const TOO_MANY = 'too-many-sessions';

/** The reason of the end of a session that a sign-in ended, because the user had too many at all clients together. */
export const TOO_MANY_OF_USER = 'too-many-sessions-of-user';

/** SQL: the columns of `EndedRow` beside the id, from a row of `recordFacts`. */
export const ENDED_SESSION = 'unique_id AS "uniqueId", subject, client_id AS "clientId"';

/** SQL: the columns of `EndedRow`, from the same. */
export const ENDED_ROW = `id, ${ENDED_SESSION}`;

/** A session that a cutoff had ended and whose row was deleted now, with the cutoff's act. */
export interface CutRow extends EndedRow {
  readonly reason: string;
  readonly actor: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
}

/** A session that a request ended. */
export interface EndOfRequest extends EndedRow {
  readonly reason: string;
}

/** Such a session as exports show it. */
interface EndView {
  readonly Id: number;
  readonly UniqueId: string;
  readonly Subject: string;
  readonly ClientId: string;
  readonly Reason: string;
}

export function endView({ id, uniqueId, subject, clientId, reason }: EndOfRequest): EndView {
  return { Id: id, UniqueId: uniqueId, Subject: subject, ClientId: clientId, Reason: reason };
}

/** A cutoff, as verifiers of access tokens need it. It ended the sessions to which all members apply, and whose sign-in did not see it. */
export interface Cutoff {
  /** Cutoffs are numbered in the order of their commits. */
  readonly number: number;
  /** Null means all users, and all clients. */
  readonly subject: string | null;
  readonly clientId: string | null;
  /** It ended only sessions of sign-ins before this time, in seconds since 1970. */
  readonly authTimeBefore: number;
}

/** The end of a session, as an audit trail records it. */
export interface NamedEnd {
  /** UniqueId of the session. */
  readonly sessionId: string;
  readonly endedOn: Date;
}

/** A session that exists although an audit trail says that it ended. */
export interface SurvivingSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  /** When the user signed in. */
  readonly authTime: Date;
}

/** A session that ended according to the audit trail, but whose record exists. */
export interface RevivedSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly endedOn: Date;
}
