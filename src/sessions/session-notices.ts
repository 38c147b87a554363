import type { Actor } from '../kernel/origin.js';
import { PlugIn } from '../plug-ins/plug-in.js';

/**
 * A session that has ended.
 * @publicApi
 */
export interface EndedSession {
  /** The user's e-mail address. */
  readonly subject: string;
  readonly clientId: string;
  /** The `sid` of its access tokens, which is the UniqueId of its record. */
  readonly sessionId: string;
  /** The Id of its record. */
  readonly recordId: number;
  /** Why it ended, as the audit trail has it (`session-ended`), such as `revoked` or `replayed`. */
  readonly reason: string;
  /** Who ended it. */
  readonly actor: Actor;
}

/**
 * A refresh token that was used again after its retry windows, so that its session has ended. One of the two senders stole it.
 * @publicApi
 */
export interface Replay extends EndedSession {
  /** From where the token was last redeemed before. The `actor` has the sender of the replay. */
  readonly lastRedemption: {
    readonly address: string | null;
    readonly userAgent: string | null;
    readonly requestId: string | null;
    readonly on: Date | null;
  };
}

/**
 * Learns of every session that this process has ended, with the reason. The service calls it after the end is committed, and no request
 * waits for it. One call follows another; a call may take ten seconds, and 10,000 ends may wait. A call that fails is logged and not
 * repeated. A crash loses the ends that wait: the audit trail has them.
 * @publicApi
 */
export abstract class EndingNotifier extends PlugIn {
  abstract ended(session: EndedSession): void | Promise<void>;
}

/**
 * Learns of every replay, after the session has ended: it cannot undo that. The rules of `EndingNotifier` hold.
 * @publicApi
 */
export abstract class ReplayListener extends PlugIn {
  abstract replayed(replay: Replay): void | Promise<void>;
}
