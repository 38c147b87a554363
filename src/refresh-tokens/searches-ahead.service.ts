import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { holdsRole } from '../access/principal.js';
import { originOf } from '../access/request-origin.js';
import { searchOf } from '../resource/search-parameters.js';
import type { Search } from '../resource/search.js';
import { ReadAheadsService, type ReaderAhead, type RouteAhead } from '../sessions/read-aheads.service.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { plainHandler } from './plain-handler.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
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

  onModuleInit(): void {
    const handler = plainHandler(this.service, 'search');
    if (handler) this.aheads.register(handler, this);
  }

  /** The event names the reader as the guard does. */
  readerOf(request: FastifyRequest, expected: SignedPower): ReaderAhead | undefined {
    const search = holdsRole(expected, ROLE) ? readSearch(request) : undefined;
    const by = search && searchByMember(search);
    if (!by) return undefined;
    const act = { kind: 'record-read', actor: { name: expected.email, origin: originOf(request) }, reason: 'search' };
    const values = valuesOfSearch(search, by.wanted, act);
    const shape = shapeOf(by.member, search.descending);
    return (token) => this.searches.find(shape, { search, values, token, expected: expected.mac });
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
