/**
 * How far a reader of the ended sessions has read. All ends with ids up to `settled` were visible to the reader. Of the ends above `settled`,
 * the reader has the first `count` ones that were visible, up to the id `highest`. A transaction may still commit an end between both ids,
 * and then there are more than `count`.
 */
export interface FeedCursor {
  readonly settled: number;
  readonly highest: number;
  readonly count: number;
}
