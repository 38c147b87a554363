import type { Socket } from 'node:net';

const BEAT_MS = 50;
/** If a timer is this late, the process stood still: it was frozen, or got no processor time. */
const STALL_MS = 200;
/** After a stall, the backlog counts as read when this many turns have passed without a new connection. */
const QUIET_TURNS = 3;
/** New connections may never stop. So the backlog of a stall counts as read after this time at the latest. */
const LONGEST_CATCH_UP_MS = 400;
/** An event loop that waited for events longer than this had nothing left to read. */
const IDLE_MS = 0.2;

/** The earliest time at which a request may have arrived, in milliseconds of `performance.now()`. */
export interface Arrival {
  readonly at: number;
  /** Whether the request may have waited in the system while the process stood still. */
  readonly isLate: boolean;
}

/**
 * Estimates how long data that is read now may have waited in the operating system. Node does not report this time. The event loop reads
 * all its sockets in each turn. So after an idle wait, the data has just arrived; otherwise, the data arrived after the previous turn
 * began. Node accepts one new connection in each turn, so a new connection may have waited for the connections before it. While the process
 * stands still, it reads nothing.
 */
export class LoopClock {
  private readonly timer = setInterval(() => {
    this.beat();
  }, BEAT_MS).unref();
  private beatAt = performance.now();
  private stall: { readonly from: number; readonly until: number } | undefined;

  /** State of the current turn: whether `look` has run, when the turn began, and the earliest time at which its data may have arrived. */
  private isSeen = false;
  private began = performance.now();
  private readableFrom = this.began;
  private idleTime = 0;

  private accepted = 0;
  /** The earliest time at which the first of the connections in the accept queue may have arrived; undefined when the queue is empty. */
  private queuedFrom: number | undefined;
  /** Connections whose first bytes may have arrived together with the connection. */
  private readonly fresh = new WeakMap<Socket, number>();
  /** When the latest response was sent on each connection. The client sends its next request after that. */
  private readonly answered = new WeakMap<Socket, number>();

  /** Call this first whenever the process has read anything. */
  look(): void {
    if (this.isSeen) return;
    this.isSeen = true;
    this.beat();
    const now = performance.now();
    const { idleTime } = performance.nodeTiming;
    this.readableFrom = idleTime - this.idleTime > IDLE_MS ? now : this.began;
    this.began = now;
    setImmediate(() => {
      this.isSeen = false;
      this.idleTime = performance.nodeTiming.idleTime;
    });
  }

  /** Call this for each new connection. */
  accept(socket: Socket): void {
    this.look();
    const count = ++this.accepted;
    this.queuedFrom ??= this.readableFrom;
    this.fresh.set(socket, this.queuedFrom);
    void twoTurns().then(() => {
      this.fresh.delete(socket);
      if (this.accepted === count) this.queuedFrom = undefined;
    });
  }

  /** Call this when a response is sent on a connection. */
  answer(socket: Socket): void {
    this.answered.set(socket, performance.now());
  }

  /** When the request whose last byte was just read on this connection had arrived. */
  arrivalOn(socket: Socket): Arrival {
    this.look();
    const isLate = this.stall !== undefined && (this.answered.get(socket) ?? -Infinity) < this.stall.until;
    if (isLate && this.stall) return { at: this.stall.from, isLate };
    return { at: this.fresh.get(socket) ?? this.readableFrom, isLate };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.beatAt > STALL_MS) {
      const stall = { from: this.beatAt, until: now };
      this.stall = stall;
      this.catchUp(stall, this.accepted, 0);
    }
    this.beatAt = now;
  }

  private catchUp(stall: object, accepted: number, turns: number): void {
    setImmediate(() => {
      if (this.stall !== stall) return;
      const isDone = turns === QUIET_TURNS || performance.now() - this.stall.until > LONGEST_CATCH_UP_MS;
      if (isDone) this.stall = undefined;
      else this.catchUp(stall, this.accepted, this.accepted === accepted ? turns + 1 : 0);
    });
  }
}

let twoTurnsFromNow: Promise<void> | undefined;

/**
 * Resolves after the event loop has read all its sockets twice. The caller then knows about every disconnect that happened before the call.
 */
export function twoTurns(): Promise<void> {
  // All calls in one turn share one promise.
  twoTurnsFromNow ??= new Promise((resolve) => {
    setImmediate(() => {
      twoTurnsFromNow = undefined;
      setImmediate(resolve);
    });
  });
  return twoTurnsFromNow;
}
