import type { FeedCursor } from '../audit-trail/feed-cursor.js';

/** How far a reader of the feed has read: the ends of single sessions, and the number of the latest cutoff. */
export interface RevocationsCursor extends FeedCursor {
  readonly cutoff: number;
}

/** The cursor of a reader that has read nothing. */
export const BEGINNING: RevocationsCursor = { settled: 0, highest: 0, count: 0, cutoff: 0 };

const CURSOR = /^(0|[1-9]\d{0,15})-(0|[1-9]\d{0,15})-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,15})$/;

/** Writes a cursor as clients get it. Clients do not read it. */
export function cursorText({ settled, highest, count, cutoff }: RevocationsCursor): string {
  return [settled, highest, count, cutoff].join('-');
}

/** Reads a cursor that `cursorText` wrote; undefined for any other text. */
export function parseCursor(text: string): RevocationsCursor | undefined {
  const [settled = NaN, highest = NaN, count = NaN, cutoff = NaN] = (CURSOR.exec(text) ?? []).slice(1).map(Number);
  const isWhole = [settled, highest, count, cutoff].every((part) => Number.isSafeInteger(part));
  return isWhole && settled <= highest ? { settled, highest, count, cutoff } : undefined;
}
