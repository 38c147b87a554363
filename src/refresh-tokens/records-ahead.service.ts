import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { holdsRole } from '../access/principal.js';
import { originOf } from '../access/request-origin.js';
import { parseId } from '../kernel/id.js';
import { ResourceService } from '../resource/kit/resource.service.js';
import {
  ReadAheadsService,
  type BearerRequest,
  type ReadUser,
  type RouteAhead,
} from '../sessions/read-aheads.service.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { RecordsAheadRepository } from './records-ahead.repository.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
import { RefreshTokensController } from './refresh-tokens.controller.js';
import { RefreshTokensService } from './refresh-tokens.service.js';

const ROLE = REFRESH_TOKENS.role('Read');

/** Lets the route that reads one record do so in the statement that reads the session of the reader. */
@Injectable()
export class RecordsAheadService implements OnModuleInit, RouteAhead {
  constructor(
    private readonly aheads: ReadAheadsService,
    private readonly records: RecordsAheadRepository,
    private readonly service: RefreshTokensService,
  ) {}

  /** A team's service or controller that reads in a way of its own is not read for: its reads, and their events, are its own. */
  onModuleInit(): void {
    const reads = Reflect.get(this.service, 'get') === Reflect.get(ResourceService.prototype, 'get');
    if (reads && !('afterRead' in this.service)) this.aheads.register(routeOf(RefreshTokensController), this);
  }

  isPlain(request: FastifyRequest, rights: SignedPower): boolean {
    return holdsRole(rights, ROLE) && idOf(request) !== undefined;
  }

  /** The event names the reader as the guard does: by the user's e-mail, which is the subject of the token. */
  read({ request, token, expected }: BearerRequest): Promise<ReadUser | undefined> {
    const actor = { name: expected.email, origin: originOf(request) };
    const act = { kind: 'record-read', actor } as const;
    return this.records.read({ id: idOf(request) ?? 0, token, expected: expected.mac, act });
  }
}

function routeOf(controller: typeof RefreshTokensController): object {
  return Reflect.get(controller.prototype, 'get');
}

function idOf({ params }: FastifyRequest): number | undefined {
  return parseId((params as { readonly id?: string }).id ?? '');
}
