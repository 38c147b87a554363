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

/** The cursor of a reader that has read nothing. */
export const BEGINNING: FeedCursor = { settled: 0, highest: 0, count: 0 };

const CURSOR = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})-(0|[1-9]\d{0,8})$/;

/** Writes a cursor as clients get it. Clients do not read it. */
export function cursorText({ settled, highest, count }: FeedCursor): string {
  return [settled, highest, count].join('-');
}

/** Reads a cursor that `cursorText` wrote; undefined for any other text. */
export function parseCursor(text: string): FeedCursor | undefined {
  const [settled = NaN, highest = NaN, count = NaN] = (CURSOR.exec(text) ?? []).slice(1).map(Number);
  const isWhole = [settled, highest, count].every((part) => Number.isSafeInteger(part));
  return isWhole && settled <= highest ? { settled, highest, count } : undefined;
}
