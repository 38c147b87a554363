import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import {
  ADD_COUNT,
  COUNT_NEXT,
  COUNTS,
  FORGET_COUNTS,
  INTERVALS,
  LOCK_PROGRESS,
  NOTE_SESSIONS,
} from './count.statements.js';

/** An interval of a period, and the last number of live sessions in it. */
export interface Interval {
  readonly begin: Date;
  readonly end: Date;
  readonly sessions: number | null;
}

/** A number of events of a kind and reason in an interval. */
export interface EventCount {
  readonly begin: Date;
  readonly kind: string;
  readonly reason: string;
  readonly count: number;
  /** Whether the trail has more events that are not counted yet. */
  readonly isBehind: boolean;
}

/** The numbers of events and of live sessions in each hour. */
@Injectable()
export class EventCountsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
  ) {}

  /** Counts the next sealed events of the trail, at most `limit`, and returns how many there were. No event is ever counted twice. */
  countNext(limit: number): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      const { after } = await this.statements.runForOne(LOCK_PROGRESS, {}, manager);
      return (await this.statements.runForOne(COUNT_NEXT, { after, limit }, manager)).count;
    });
  }

  /** Adds events that the trail does not have to the present hour. */
  add(kind: string, count: number): Promise<unknown> {
    return this.statements.run(ADD_COUNT, { kind, count });
  }

  /** Notes the number of live sessions for the present hour. */
  noteSessions(sessions: number): Promise<unknown> {
    return this.statements.run(NOTE_SESSIONS, { sessions });
  }

  /** Deletes the counts of hours that ended longer ago than this many seconds. */
  forget(seconds: number): Promise<unknown> {
    return this.statements.run(FORGET_COUNTS, { seconds });
  }

  /** The intervals of a period, at most `limit`. */
  intervals({ from, to, by, limit }: GivenTo<typeof INTERVALS>): Promise<Interval[]> {
    return this.statements.run(INTERVALS, { from, to, by, limit });
  }

  /** The counts from one time to before another, by kind, reason and interval. */
  counts({ from, to, by, tail }: GivenTo<typeof COUNTS>): Promise<EventCount[]> {
    return this.statements.run(COUNTS, { from, to, by, tail });
  }
}
