import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { holdsRole } from '../access/principal.js';
import { originOf } from '../access/request-origin.js';
import { searchOf } from '../resource/search-parameters.js';
import type { Search } from '../resource/search.js';
import {
  ReadAheadsService,
  type BearerRequest,
  type ReadUser,
  type RouteAhead,
} from '../sessions/read-aheads.service.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';
import { SearchesAheadRepository } from './searches-ahead.repository.js';
import { searchByMember, shapeOf, valuesOfSearch } from './shared-search.js';

const ROLE = REFRESH_TOKENS.role('List');

/** Lets the route of searches carry out the usual ones in the statement that reads the session of the reader. */
@Injectable()
export class SearchesAheadService implements OnModuleInit, RouteAhead {
  constructor(
    private readonly aheads: ReadAheadsService,
    private readonly searches: SearchesAheadRepository,
    private readonly service: RefreshTokensService,
  ) {}

  /** A team's service or controller that searches in a way of its own is not searched for, as `RecordsAheadService` says of reads. */
  onModuleInit(): void {
    const searches = Reflect.get(this.service, 'search') === Reflect.get(RefreshTokensService.prototype, 'search');
    if (searches && !('afterRead' in this.service))
      this.aheads.register(Reflect.get(RefreshTokensController.prototype, 'search'), this);
  }

  isPlain(request: FastifyRequest, rights: SignedPower): boolean {
    const search = holdsRole(rights, ROLE) ? readSearch(request) : undefined;
    return search !== undefined && searchByMember(search) !== undefined;
  }

  /** The event names the reader as the guard does. */
  read({ request, token, expected }: BearerRequest): Promise<ReadUser | undefined> {
    const search = searchOf(REFRESH_TOKENS.search, request);
    const act = { kind: 'record-read', actor: { name: expected.email, origin: originOf(request) }, reason: 'search' };
    const by = searchByMember(search);
    if (!by) throw new Error('This search is not shared.');
    const values = valuesOfSearch(search, by.wanted, act);
    return this.searches.find(shapeOf(by.member, search.descending), { search, values, token, expected: expected.mac });
  }
}

/** Undefined for an invalid search: the handler refuses it, when it is known whose search it is. */
function readSearch(request: FastifyRequest): Search | undefined {
  try {
    return searchOf(REFRESH_TOKENS.search, request);
  } catch {
    return undefined;
  }
}
