import type { AuditAct } from '../audit/audit-event.js';
import { ACT, actValues } from '../audit/audited.js';
import type { ValuesOf } from '../database/named-parameters.js';
import type { Search } from '../resource/search.js';

/** A shared search counts up to this many matches. A larger number is counted by a statement of its own. */
export const COUNTED = 1_000;

/** A search by one member, and the act of its reader. */
export const SEARCH = { wanted: 'text', skip: 'bigint', take: 'bigint', ...ACT } as const;
/** The values of these parameters. */
export type SearchValues = ValuesOf<typeof SEARCH>;

/** A record of a page, or the only row of a search without records. */
export interface FoundRecord {
  readonly ordinal: number;
  /** Null if there is no record. Otherwise the row has the members of a `Row`. */
  readonly id: number | null;
  /** How many records match, up to one more than `COUNTED`. */
  readonly total: number;
  /** Whether the search was carried out: only then the row has a record, and an event was written. Null when the page has no records. */
  readonly fits: boolean | null;
}

/** The member that is compared, and the order. */
export interface Shape {
  readonly member: string;
  readonly column: string;
  readonly descending: boolean;
}

/** Searches by the equality of a member, in the order of Id. The member has an index with the Id, so the database reads only the page. */
export const SHAPES: readonly Shape[] = [
  { member: 'Subject', column: 'subject' },
  { member: 'ClientId', column: 'client_id' },
].flatMap((shape) => [false, true].map((descending) => ({ ...shape, descending })));

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
