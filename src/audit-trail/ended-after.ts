/** The ends of sessions after a cursor, as `ENDED_AFTER` returns them. */
export interface EndedAfter {
  /** The UniqueIds of the sessions, in the order of the events. */
  readonly sessions: readonly string[];
  /** The id up to which everything is settled, and the id of the last of the events; null when there are no events. */
  readonly settled: number | null;
  readonly highest: number | null;
  /** How many ends between both ids are visible. */
  readonly count: number;
  readonly hasMore: boolean;
  /** The highest id of an event, and the transactions that may still add lower ids. */
  readonly newest: number;
  readonly writers: readonly string[];
}
