import { Injectable } from '@nestjs/common';
import type { EndedAfter } from './ended-after.js';
import { EndedSessionsRepository } from './ended-sessions.repository.js';
import type { FeedCursor } from './feed-cursor.js';

/** The most sessions of one page: about 400 kB as JSON. */
const PAGE_SIZE = 10_000;
/** An event has the time at which its transaction began, and its id may be older than that of an event of a later time by this much. */
const LONGEST_TRANSACTION_SECONDS = 600;

/** A page of the sessions that ended. */
export interface EndedSessions {
  /** Their UniqueIds. */
  readonly sessions: readonly string[];
  /** How far the page reaches. Without sessions, it is the cursor of the request. */
  readonly cursor: FeedCursor;
  /** Whether more sessions follow already. */
  readonly hasMore: boolean;
}

/** A look at the trail: its highest id, the transactions that may still add lower ids, and when it was taken. */
interface Look {
  readonly id: number;
  readonly writers: readonly string[];
  readonly turn: number;
}

/**
 * Reads which sessions ended after a cursor, from the audit trail, with one statement. A reader gets an end as soon as it is committed, also
 * if lower ids are committed later: the cursor has the number of ends that the reader got of those that are not settled.
 */
@Injectable()
export class EndedSessionsService {
  /** The id up to which the trail is complete. */
  private settled = 0;
  private awaited: Look | undefined;
  private turn = 0;

  constructor(private readonly ended: EndedSessionsRepository) {}

  /** The sessions that ended after a cursor, without those that ended longer ago than this many seconds and some minutes. */
  async after(cursor: FeedCursor, atMostSeconds: number): Promise<EndedSessions> {
    const turn = ++this.turn;
    const row = await this.ended.after({
      ...cursor,
      knownSettled: this.settled,
      seconds: atMostSeconds + LONGEST_TRANSACTION_SECONDS,
      limit: PAGE_SIZE,
    });
    this.settle(row, turn);
    const { sessions, settled, highest, count, hasMore } = row;
    if (settled === null || highest === null) return { sessions, cursor, hasMore };
    return { sessions, cursor: { settled, highest, count }, hasMore };
  }

  /**
   * Learns what is settled, as `SettledIdsService` does, but without a wait: of the writers of an earlier look, those that no later statement
   * finds have ended. A statement that began before the look proves nothing.
   */
  private settle({ newest, writers }: EndedAfter, turn: number): void {
    if (newest < this.settled) {
      // The database was restored.
      this.settled = newest;
      this.awaited = undefined;
    }
    const { awaited } = this;
    if (awaited && turn <= awaited.turn) return;
    if (awaited?.writers.some((writer) => writers.includes(writer))) return;
    this.settled = Math.max(this.settled, awaited?.id ?? 0, writers.length === 0 ? newest : 0);
    this.awaited = { id: newest, writers, turn: this.turn };
  }
}
