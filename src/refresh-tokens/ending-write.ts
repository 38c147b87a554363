import type { Write } from '../resource/write-envelope.js';
import type { EndedRow } from '../sessions/ended-session.js';

/** What a write that may end a session returns: the write, and the session of the record, which it ended or not. */
export interface EndingWrite extends Write, EndedRow {
  readonly ended: boolean;
}
