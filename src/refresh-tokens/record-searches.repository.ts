import type { DataSource } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { allInOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import type { StatementsService } from '../database/statements.service.js';
import { countMatches } from '../resource/find-page.js';
import type { Row } from '../resource/kit/row.js';
import type { FoundPage, Search } from '../resource/search.js';
import type { ReadAheadsService } from '../sessions/read-aheads.service.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
import { SHARED_SEARCHES, type SharedSearch } from './shared-search.statements.js';
import {
  COUNTED,
  type Equality,
  type FoundRecord,
  SearchAhead,
  type SearchValues,
  equalityOf,
  searchByMember,
  shapeOf,
  valuesOfSearch,
} from './shared-search.js';
import { READ_SUBJECTS, type OfSubject } from './subject-search.statements.js';

/** One page of a search, as rows. */
interface FoundRows extends Omit<FoundPage, 'ids'> {
  readonly rows: readonly Row[];
}

/** A search for the records of a subject. */
interface SearchOfSubject {
  readonly search: Search;
  readonly wanted: string;
  readonly act: AuditAct;
}

/** Carries out the usual searches of records: each with its event, in a statement that concurrent searches of the same shape share. */
export class RecordSearchesRepository {
  private readonly inOrderOfId = new Map(
    SHARED_SEARCHES.map((shape) => [
      shapeOf(shape.member, shape.descending),
      new Batched((searches: readonly SearchValues[]) => this.run(shape, searches)),
    ]),
  );
  private readonly inAnyOrder = new Batched((searches: readonly SearchOfSubject[]) => this.runInAnyOrder(searches));

  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
    private readonly aheads: ReadAheadsService,
  ) {}

  /** One page of a search; undefined if the search does not have a usual shape, or its page is large. Then nothing was written. */
  async find(search: Search, act: AuditAct): Promise<FoundRows | undefined> {
    const ahead = this.aheads.take(act.actor);
    if (ahead instanceof SearchAhead && ahead.search === search) return this.foundOf(search, ahead.rows);
    const by = searchByMember(search);
    if (by) return this.foundOf(search, await this.searchOf(by, search, act));
    const subject = equalityOf(search);
    return subject?.member === 'Subject' && search.orderBy !== 'Id'
      ? this.findInAnyOrder({ search, wanted: subject.wanted, act })
      : undefined;
  }

  private searchOf({ member, wanted }: Equality, search: Search, act: AuditAct): Promise<readonly FoundRecord[]> {
    const shared = this.inOrderOfId.get(shapeOf(member, search.descending));
    if (!shared) throw new Error(`There is no shared search by ${member}.`);
    return shared.get(valuesOfSearch(search, wanted, act));
  }

  private async foundOf(
    { page, size, descending, filters }: Search,
    [first, ...rest]: readonly FoundRecord[],
  ): Promise<FoundRows | undefined> {
    if (!first || first.fits === false) return undefined;
    const { total } = first;
    const rows = (first.id === null ? [] : [first, ...rest]) as unknown as readonly Row[];
    const found = { rows: sorted(rows, descending), hasNext: page * size < total };
    if (total <= COUNTED) return { ...found, total, isEstimated: false };
    const counted = await countMatches(this.dataSource, REFRESH_TOKENS.searchable, filters);
    return { ...found, ...counted, total: Math.max(counted.total, page * size + 1) };
  }

  /** For a subject with few records. */
  private async findInAnyOrder(search: SearchOfSubject): Promise<FoundRows | undefined> {
    const [first, ...rest] = await this.inAnyOrder.get(search);
    if (!first?.fits) return undefined;
    const { page, size } = search.search;
    const { total } = first;
    const rows = first.place === null ? [] : [first, ...rest];
    return { rows, total, hasNext: page * size < total, isEstimated: false };
  }

  private async run(shape: SharedSearch, searches: readonly SearchValues[]): Promise<FoundRecord[][]> {
    const [first, second] = searches;
    if (first && !second) return [await this.statements.run(shape.lone, first)];
    return allInOrderOf(searches, await this.statements.run(shape.each, { batch: searches }));
  }

  private async runInAnyOrder(searches: readonly SearchOfSubject[]): Promise<OfSubject[][]> {
    const batch = searches.map(({ wanted, act, search: { page, size, orderBy, descending } }) => ({
      wanted,
      orderBy,
      descending,
      skip: (page - 1) * size,
      take: size,
      ...actValues(act),
    }));
    return allInOrderOf(searches, await this.statements.run(READ_SUBJECTS, { batch }));
  }
}

/** The rows in the order of their ids: a statement of several searches returns them in no order. */
function sorted(rows: readonly Row[], descending: boolean): Row[] {
  return rows.toSorted((one, other) => (descending ? other.id - one.id : one.id - other.id));
}
