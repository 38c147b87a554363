import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { allInOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import { StatementsService } from '../database/statements.service.js';
import type { Search } from '../resource/search.js';
import type { ReadUser } from '../sessions/read-aheads.service.js';
import { sessionPolicyOf, type SessionPolicy } from '../sessions/session-lives.js';
import type { AccessTokenReference } from '../signing-keys/access-token-claims.js';
import { SEARCHES_AHEAD, type FoundAhead } from './search-ahead.statements.js';
import { SearchAhead, shapeOf, type SearchValues } from './shared-search.js';

/** A search to carry out with the session of its reader. */
export interface SearchingAhead {
  readonly search: Search;
  readonly values: SearchValues;
  readonly token: AccessTokenReference;
  /** The seal of the rights that the reader had at an earlier request. */
  readonly expected: string | null;
}

type ShapeAhead = (typeof SEARCHES_AHEAD)[number];

/** Carries out searches together with the sessions of their readers. */
@Injectable()
export class SearchesAheadRepository {
  private readonly policy: SessionPolicy;
  private readonly searches = new Map(
    SEARCHES_AHEAD.map((shape) => [
      shapeOf(shape.member, shape.descending),
      new Batched((searches: readonly SearchingAhead[]) => this.run(shape, searches)),
    ]),
  );

  constructor(
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.policy = sessionPolicyOf(settings);
  }

  /** The reader, and what was found if the reader's rights are still the expected ones. Concurrent searches of one shape share a statement. */
  find(shape: string, search: SearchingAhead): Promise<ReadUser | undefined> {
    const shared = this.searches.get(shape);
    if (!shared) throw new Error(`There is no shared search ${shape}.`);
    return shared.get(search);
  }

  private async run({ ahead }: ShapeAhead, searches: readonly SearchingAhead[]): Promise<(ReadUser | undefined)[]> {
    const batch = searches.map(({ values, token, expected }) => ({ expected, ...token, ...values }));
    const rows = allInOrderOf(searches, await this.statements.run(ahead, { batch, ...this.policy }));
    return searches.map(({ search }, n) => readUserOf(search, rows[n] ?? []));
  }
}

function readUserOf(search: Search, rows: readonly FoundAhead[]): ReadUser | undefined {
  const [user] = rows;
  return user && { user, found: user.isExpected ? new SearchAhead(search, rows) : undefined };
}
