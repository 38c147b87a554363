import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { holdsRole } from '../access/principal.js';
import { originOf } from '../access/request-origin.js';
import { parseId } from '../kernel/id.js';
import { ReadAheadsService, type ReaderAhead, type RouteAhead } from '../sessions/read-aheads.service.js';
import type { SignedPower } from '../users/user-seals.service.js';
import { plainHandler } from './plain-handler.js';
import { RecordsAheadRepository } from './records-ahead.repository.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
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

  onModuleInit(): void {
    const handler = plainHandler(this.service, 'get');
    if (handler) this.aheads.register(handler, this);
  }

  /** The event names the reader as the guard does: by the user's e-mail, which is the subject of the token. */
  readerOf(request: FastifyRequest, expected: SignedPower): ReaderAhead | undefined {
    const { id: text = '' } = request.params as { readonly id?: string };
    const id = holdsRole(expected, ROLE) ? parseId(text) : undefined;
    if (id === undefined) return undefined;
    const act = { kind: 'record-read', actor: { name: expected.email, origin: originOf(request) } } as const;
    return (token) => this.records.read({ id, token, expected: expected.mac, act });
  }
}
