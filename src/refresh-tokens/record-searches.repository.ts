import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Batched } from '../database/batched.js';
import { StatementsService } from '../database/statements.service.js';
import { countMatches } from '../resource/find-page.js';
import type { Row } from '../resource/kit/row.js';
import type { FoundPage, Search } from '../resource/search.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
import {
  COUNTED,
  SHARED_SEARCHES,
  type FoundRecord,
  type SearchValues,
  type SharedSearch,
} from './shared-search.statements.js';
import { READ_SUBJECTS, type OfSubject } from './subject-search.statements.js';

/** One page of a search, as rows. */
interface FoundRows extends Omit<FoundPage, 'ids'> {
  readonly rows: readonly Row[];
}

/** A search by the equality of one member. */
interface SearchByMember {
  readonly search: Search;
  readonly member: string;
  readonly wanted: string;
  readonly act: AuditAct;
}

/** Carries out the usual searches of records: each with its event, in a statement that concurrent searches of the same shape share. */
@Injectable()
export class RecordSearchesRepository {
  private readonly inOrderOfId = new Map(
    SHARED_SEARCHES.map((shape) => [
      shapeOf(shape.member, shape.descending),
      new Batched((searches: readonly SearchValues[]) => this.run(shape, searches)),
    ]),
  );
  private readonly inAnyOrder = new Batched((searches: readonly SearchByMember[]) => this.runInAnyOrder(searches));

  constructor(
    private readonly statements: StatementsService,
    private readonly dataSource: DataSource,
  ) {}

  /** One page of a search; undefined if the search does not have a usual shape, or its page is large. Then nothing was written. */
  async find(search: Search, act: AuditAct): Promise<FoundRows | undefined> {
    const [filter, another] = search.filters;
    if (!filter || another || filter.operator !== 'equals') return undefined;
    const { member } = filter;
    const by = { search, member, wanted: String(filter.value), act };
    if (search.orderBy === 'Id') return this.findInOrderOfId(by);
    return member === 'Subject' ? this.findInAnyOrder(by) : undefined;
  }

  private async findInOrderOfId({ search, member, wanted, act }: SearchByMember): Promise<FoundRows | undefined> {
    const { size, descending, filters } = search;
    const skip = (search.page - 1) * size;
    const shared = this.inOrderOfId.get(shapeOf(member, descending));
    if (!shared || skip > COUNTED) return undefined;
    const [first, ...rest] = await shared.get({ wanted, skip, take: size, ...actValues(act) });
    if (!first || first.fits === false) return undefined;
    const rows = (first.id === null ? [] : [first, ...rest]) as readonly Row[];
    const { total } = first;
    const found = { rows: sorted(rows, descending), hasNext: skip + size < total };
    if (total <= COUNTED) return { ...found, total, isEstimated: false };
    const counted = await countMatches(this.dataSource, REFRESH_TOKENS.searchable, filters);
    return { ...found, ...counted, total: Math.max(counted.total, skip + size + 1) };
  }

  /** For a subject with few records. */
  private async findInAnyOrder(search: SearchByMember): Promise<FoundRows | undefined> {
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
    return byOrdinal(searches, await this.statements.run(shape.each, { batch: searches }));
  }

  private async runInAnyOrder(searches: readonly SearchByMember[]): Promise<OfSubject[][]> {
    const batch = searches.map(({ wanted, act, search: { page, size, orderBy, descending } }) => ({
      wanted,
      orderBy,
      descending,
      skip: (page - 1) * size,
      take: size,
      ...actValues(act),
    }));
    return byOrdinal(searches, await this.statements.run(READ_SUBJECTS, { batch }));
  }
}

function shapeOf(member: string, descending: boolean): string {
  return `${member} ${descending}`;
}

/** The rows of each request of a batch. */
function byOrdinal<R extends { readonly ordinal: number }>(requests: readonly unknown[], rows: readonly R[]): R[][] {
  const each: R[][] = requests.map(() => []);
  for (const row of rows) each[row.ordinal - 1]?.push(row);
  return each;
}

/** The rows in the order of their ids: a statement of several searches returns them in no order. */
function sorted(rows: readonly Row[], descending: boolean): Row[] {
  return rows.toSorted((one, other) => (descending ? other.id - one.id : one.id - other.id));
}
