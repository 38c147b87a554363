/** How a filter compares: equal to, begins with, from (included), to (included). */
export type FilterOperator = 'equals' | 'beginsWith' | 'from' | 'to';

/** One condition of a search on one member of the resource. All conditions of a search hold at once. */
export interface Filter {
  readonly member: string;
  readonly operator: FilterOperator;
  readonly value: string | number | Date;
}

/** A search as a client asked for it, checked: which page of which size, in which order, under which conditions (contract 1.6). */
export interface Search {
  readonly page: number;
  readonly size: number;
  readonly orderBy: string;
  readonly descending: boolean;
  readonly filters: readonly Filter[];
}

/**
 * One page of what a search found. `total` counts all matches, or, when there are very many, estimates how many; `hasNext` says whether
 * a record follows this page.
 */
export interface Found<T> {
  readonly records: readonly T[];
  readonly total: number;
  readonly isEstimated: boolean;
  readonly hasNext: boolean;
}

/** Those of the records that these ids name, in the order of the ids. */
export function inOrder<T extends { readonly id: number }>(ids: readonly number[], records: readonly T[]): T[] {
  const known = new Map(records.map((record) => [record.id, record]));
  return ids.flatMap((id) => known.get(id) ?? []);
}
