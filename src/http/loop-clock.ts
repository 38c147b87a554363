import type { Socket } from 'node:net';

const BEAT_MS = 50;
/** A timer that is so late says that the process stood still: it was frozen, or starved of its processor. */
const STALL_MS = 200;
/** What arrived while the process stood still has been read when so many turns went by without a new connection. */
const QUIET_TURNS = 3;
/** New connections may never cease: so long after a stall at the latest, nothing counts as left over from it. */
const LONGEST_CATCH_UP_MS = 400;
/** A loop that waited for events for longer than this had nothing left to read. */
const IDLE_MS = 0.2;

/** When a request had arrived, at the earliest, in milliseconds by `performance.now()`. */
export interface Arrival {
  readonly at: number;
  /** Whether the request may have waited while the process stood still. */
  readonly isLate: boolean;
}

/**
 * Knows how long what is read now may have waited in the system, of which Node says nothing. The event loop reads all its sockets in each
 * turn. So what it reads after it was idle has just arrived, and otherwise after the turn before began. A new connection is accepted
 * one a turn, and may have waited for those before it. And while the process stood still, it read nothing.
 */
export class LoopClock {
  private readonly timer = setInterval(() => {
    this.beat();
  }, BEAT_MS).unref();
  private beatAt = performance.now();
  private stall: { readonly from: number; readonly until: number } | undefined;

  /** Whether this turn was looked at, when it began, and since when at the earliest what it reads may have been there. */
  private isSeen = false;
  private began = performance.now();
  private readableFrom = this.began;
  private idleTime = 0;

  private accepted = 0;
  /** When the first of the connections that are accepted one after the other may have come; undefined when none waits. */
  private queuedFrom: number | undefined;
  /** Connections whose first bytes may have come with them. */
  private readonly fresh = new WeakMap<Socket, number>();
  /** When the latest answer went out on each connection: what a client sends next comes after that. */
  private readonly answered = new WeakMap<Socket, number>();

  /** To be called when anything is read, before the reader does more. */
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

  /** To be called with each new connection. */
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

  /** To be called when an answer goes out on a connection. */
  answer(socket: Socket): void {
    this.answered.set(socket, performance.now());
  }

  /** When the request that has just been read to its end on this connection had arrived. */
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
      const isOver = turns === QUIET_TURNS || performance.now() - this.stall.until > LONGEST_CATCH_UP_MS;
      if (isOver) this.stall = undefined;
      else this.catchUp(stall, this.accepted, this.accepted === accepted ? turns + 1 : 0);
    });
  }
}

let twoTurnsFromNow: Promise<void> | undefined;

/** Resolves when the event loop has read all its sockets twice: a request that waits for it knows who had hung up before. */
export function twoTurns(): Promise<void> {
  // Those of one turn wait together.
  twoTurnsFromNow ??= new Promise((resolve) => {
    setImmediate(() => {
      twoTurnsFromNow = undefined;
      setImmediate(resolve);
    });
  });
  return twoTurnsFromNow;
}
