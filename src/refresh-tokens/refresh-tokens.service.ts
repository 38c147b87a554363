import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { notFound } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { entityTagOf } from '../resource/entity-tag.js';
import { Handles } from '../resource/kit/command-declarations.js';
import { DeclaredResource } from '../resource/kit/declared-resource.js';
import type { Act } from '../resource/kit/resource-hooks.js';
import { viewOf, type ResourceView } from '../resource/kit/resource-views.js';
import { ResourceService, type Reader } from '../resource/kit/resource.service.js';
import type { Row } from '../resource/kit/row.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import type { Preconditions } from '../resource/preconditions.js';
import type { Found, Search } from '../resource/search.js';
import type { Write } from '../resource/write-envelope.js';
import type { RefreshTokenChange } from './dto/refresh-token.dto.js';
import { EarlierTicketsService } from './earlier-tickets.service.js';
import { EndSessionsService } from './end-sessions.service.js';
import { keptOf } from './locked-session.js';
import type { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import type { SessionsToEnd } from './sessions-to-end.js';

/**
 * The records of refresh tokens: created, read, searched, updated and deleted by administrators and their programs. Each act is
 * audited, reads of ticket material included. The token of a record that a client creates cannot be redeemed: this service did not issue it.
 */
@Injectable()
export class RefreshTokensService extends ResourceService<RefreshToken> {
  constructor(
    resource: DeclaredResource<RefreshToken>,
    private readonly records: RefreshTokensRepository,
    pages: PageReaderService,
    private readonly tickets: EarlierTicketsService,
    private readonly endings: EndSessionsService,
  ) {
    super(resource, records, pages);
  }

  /** As for every resource. The usual searches are one statement each, which concurrent searches share. */
  override async search(search: Search, reader: Reader): Promise<Found<ResourceView>> {
    if (this.afterRead) return super.search(search, reader);
    const act = { kind: 'record-read', actor: reader.actor, reason: 'search' } as const;
    const found = await this.records.searches.find(search, act);
    if (!found) return super.search(search, reader);
    const { rows, ...totals } = found;
    return { ...totals, records: rows.map((row) => this.listedViewOf(row, reader.seesSecrets)) };
  }

  /**
   * Replaces the members of a record that clients may set. The session of the record ends if this changes its user, client or ticket, or if
   * the new expiry is past. A later expiry does not extend the session. A ticket that the session had earlier does not end it, because the
   * client may have refreshed, or the user may have signed in, between the read and this write.
   * @throws AppError 404 when there is no such record, 412 when the record does not meet the preconditions
   */
  override update(change: RefreshTokenChange, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.records.transaction(async (manager) => {
      await this.check(preconditions, change.Id, manager);
      const session = await this.records.lockSession(change.Id, manager);
      const isStale = session !== undefined && (await this.tickets.had(session, change));
      const kept = isStale ? keptOf(session, change) : change;
      const act = { kind: 'record-updated', actor, reason: 'edited' } as const;
      const write = await this.records.edit(change, kept, act, manager);
      if (!write) throw notFound(this.resource.name, change.Id);
      return write;
    });
  }

  /**
   * Deletes a record permanently, and ends its session if it has one.
   * @throws AppError 404 when there is no such record, 412 when the record does not meet the preconditions
   */
  override async delete(id: number, actor: Actor, preconditions: Preconditions): Promise<Write> {
    const remove = (manager?: EntityManager): Promise<Write | undefined> =>
      this.records.deleteById(id, { kind: 'record-deleted', actor, reason: 'deleted' }, manager);
    const removeIf = async (manager: EntityManager): Promise<Write | undefined> => {
      await this.check(preconditions, id, manager);
      return remove(manager);
    };
    const write = await (preconditions.areNone ? remove() : this.records.transaction(removeIf));
    if (!write) throw notFound(this.resource.name, id);
    return write;
  }

  /** Ends sessions: those of the records, or those that the parameters mean. */
  @Handles('END_SESSIONS')
  endSessions(records: readonly RefreshToken[], parameters: SessionsToEnd, act: Act): Promise<object> {
    const ids = records.map(({ Id }) => Id);
    return this.endings.run(ids, parameters, act);
  }

  /**
   * Checks the preconditions and locks the record, so that no other request changes it before the write. If there is no record, nothing is
   * checked: the write then answers 404, as without preconditions (RFC 9110, section 13.2.1).
   */
  private async check(preconditions: Preconditions, id: number, manager: EntityManager): Promise<void> {
    if (preconditions.areNone) return;
    const [row] = await this.records.lock([id], manager);
    if (row) preconditions.check(entityTagOf(viewOf(this.resource, row)));
  }

  /** The tickets of records that clients wrote are no secrets of the service. */
  protected override hidesSecretsOf({ issued }: Row): boolean {
    return issued === true;
  }
}
