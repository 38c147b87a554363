/** How a filter compares a member with a value: equal to, begins with, from (included), to (included). */
export type Comparison = 'equals' | 'beginsWith' | 'from' | 'to';

/** One condition of a search on one member of the resource. A record matches when it meets all conditions of a search. */
export type Filter =
  | { readonly member: string; readonly operator: Comparison; readonly value: string | number | Date }
  | { readonly member: string; readonly operator: 'isNull' | 'isNotNull' };

/** A search as a client asked for it, checked: which page of which size, in which order, under which conditions (contract 1.6). */
export interface Search {
  readonly page: number;
  readonly size: number;
  readonly orderBy: string;
  readonly descending: boolean;
  readonly filters: readonly Filter[];
}

/**
 * Records that are too large to be in memory together, read slice by slice. The reader must close them, whether it read them all or not.
 */
export interface Slices<T> {
  /** The next slice, which may be empty; undefined after the last. */
  next(): Promise<readonly T[] | undefined>;
  /** Stops the reading. May be called twice. */
  close(): void;
}

/** The records of a page: all of them, or slices of them. */
export type Records<T> = readonly T[] | Slices<T>;

/** Whether the records come in slices. */
export function areSlices<T>(records: Records<T>): records is Slices<T> {
  return 'next' in records;
}

/**
 * How much a search found. `total` counts all matches, or, when there are very many, estimates how many; `hasNext` says whether a record
 * follows this page.
 */
interface Totals {
  readonly total: number;
  readonly isEstimated: boolean;
  readonly hasNext: boolean;
}

/** One page of what a search found, as the ids of its records. */
export interface FoundPage extends Totals {
  readonly ids: readonly number[];
}

/** One page of what a search found. */
export interface Found<T> extends Totals {
  readonly records: Records<T>;
}

/** Those of the records that these ids name, in the order of the ids. */
export function inOrder<T extends { readonly id: number }>(ids: readonly number[], records: readonly T[]): T[] {
  const known = new Map(records.map((record) => [record.id, record]));
  return ids.flatMap((id) => known.get(id) ?? []);
}
