import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import type { Search } from '../resource/search.js';
import { COUNTED, SHAPES, type FoundRecord, type SearchValues } from './shared-search.statements.js';

/** A comparison with one value. */
export interface Equality {
  readonly member: string;
  readonly wanted: string;
}

/** A search that was carried out with the session of its reader, unless its first row says that it does not fit. */
export class SearchAhead {
  constructor(
    readonly search: Search,
    readonly rows: readonly FoundRecord[],
  ) {}
}

/** The equality of a search whose only condition it is. */
export function equalityOf({ filters }: Search): Equality | undefined {
  const [filter, another] = filters;
  if (!filter || another || filter.operator !== 'equals') return undefined;
  return { member: filter.member, wanted: String(filter.value) };
}

/** The equality of a search that one of `SHARED_SEARCHES` carries out; undefined for any other search. */
export function searchByMember(search: Search): Equality | undefined {
  const equality = search.orderBy === 'Id' && skippedBy(search) <= COUNTED ? equalityOf(search) : undefined;
  return equality && SHAPES.some(({ member }) => member === equality.member) ? equality : undefined;
}

/** The parameters of a shared search. */
export function valuesOfSearch(search: Search, wanted: string, act: AuditAct): SearchValues {
  const { kind, actor, reason, address, userAgent, requestId } = actValues(act);
  return { wanted, skip: skippedBy(search), take: search.size, kind, actor, reason, address, userAgent, requestId };
}

function skippedBy({ page, size }: Search): number {
  return (page - 1) * size;
}

/** Names the shape of a search. */
export function shapeOf(member: string, descending: boolean): string {
  return `${member} ${descending}`;
}

/** The rows of each request of a batch. */
export function byOrdinal<R extends { readonly ordinal: number }>(
  requests: readonly unknown[],
  rows: readonly R[],
): R[][] {
  const each: R[][] = requests.map(() => []);
  for (const row of rows) each[row.ordinal - 1]?.push(row);
  return each;
}
