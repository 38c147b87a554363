/**
 * How a filter compares a member with a value: equal to, begins with, from (inclusive), to (inclusive), has in it.
 * @publicApi
 */
export type Comparison = 'equals' | 'beginsWith' | 'from' | 'to' | 'contains';

/**
 * One condition of a search on one member. A record matches when it meets all conditions of the search.
 * @publicApi
 */
export type Filter =
  | { readonly member: string; readonly operator: Comparison; readonly value: string | number | boolean | Date }
  | { readonly member: string; readonly operator: 'isNull' | 'isNotNull' };

/**
 * A client's search, validated: page, size, order and conditions (contract 1.6).
 * @publicApi
 */
export interface Search {
  readonly page: number;
  readonly size: number;
  readonly orderBy: string;
  readonly descending: boolean;
  readonly filters: readonly Filter[];
}

/**
 * Records that are too large to be in memory together, read slice by slice. The reader must close them, even if it did not read them all.
 * @publicApi
 */
export interface Slices<T> {
  /** The next slice, which may be empty; undefined after the last. */
  next(): Promise<readonly T[] | undefined>;
  /** Stops reading. Calling this twice is allowed. */
  close(): void;
}

/**
 * The records of a page: all of them, or in slices.
 * @publicApi
 */
export type Records<T> = readonly T[] | Slices<T>;

/** Whether the records come in slices. */
export function areSlices<T>(records: Records<T>): records is Slices<T> {
  return 'next' in records;
}

/**
 * How much a search found. `total` counts all matches, or estimates the number when there are very many. `hasNext` says whether a record
 * follows this page.
 */
interface Totals {
  readonly total: number;
  readonly isEstimated: boolean;
  readonly hasNext: boolean;
}

/**
 * One page of the records found, as ids.
 * @publicApi
 */
export interface FoundPage extends Totals {
  readonly ids: readonly number[];
}

/**
 * One page of the records found.
 * @publicApi
 */
export interface Found<T> extends Totals {
  readonly records: Records<T>;
}

/** Returns the records with these ids, in the order of the ids. */
export function inOrder<T extends { readonly id: number }>(ids: readonly number[], records: readonly T[]): T[] {
  const known = new Map(records.map((record) => [record.id, record]));
  return ids.flatMap((id) => known.get(id) ?? []);
}
