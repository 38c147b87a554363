/** The end of a session, as an audit trail names it. */
export interface NamedEnd {
  /** UniqueId of the session. */
  readonly sessionId: string;
  readonly endedOn: Date;
}

/** A session that is still there although an audit trail says that it ended. */
export interface SurvivingSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  /** When the user signed in. */
  readonly authTime: Date;
}

/** A session that has ended by the audit trail, and whose record is there. */
export interface RevivedSession {
  readonly id: number;
  readonly uniqueId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly endedOn: Date;
}
