import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { AuditAct } from '../audit/audit-event.js';
import { PageReaderService } from '../resource/page-reader.service.js';
import { entityTagOf } from '../resource/entity-tag.js';
import type { Preconditions } from '../resource/preconditions.js';
import type { Write } from '../resource/write-envelope.js';
import { notFound } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import type { Found, Records, Search } from '../resource/search.js';
import type { RefreshTokenChange, RefreshTokenInput } from './dto/refresh-token.input.js';
import { ListedRefreshTokenView, RefreshTokenView } from './dto/refresh-token.view.js';
import { keptOf, type LockedSession, type Ticket } from './locked-session.js';
import { RefreshTokenCodec } from '../sessions/refresh-token.codec.js';
import type { RefreshToken } from './refresh-token.entity.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import { hashTicket } from '../sessions/ticket-digest.js';
import { TicketsService } from '../sessions/tickets.service.js';

const RESOURCE = 'RefreshToken';
/** How many refreshes of a session may happen between a client's read of its record and the client's write. */
const GENERATIONS_REMEMBERED = 100;

/**
 * The records of refresh tokens: created, read, searched, updated and deleted by administrators and their programs. Each act is
 * audited, reads of ticket material included.
 */
@Injectable()
export class RefreshTokensService {
  constructor(
    private readonly records: RefreshTokensRepository,
    private readonly pages: PageReaderService,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
  ) {}

  /** Stores a new record. This service did not issue its token, so the token cannot be redeemed here. */
  async create(input: RefreshTokenInput, actor: Actor): Promise<Write> {
    const write = await this.records.create(input, uuidv7(), { kind: 'record-created', actor });
    if (!write) throw new Error('An insert returned no row.');
    return write;
  }

  /** The record. @throws AppError 404 when there is none */
  async get(id: number, actor: Actor): Promise<RefreshTokenView> {
    const token = await this.records.read(id, { kind: 'record-read', actor });
    if (!token) throw notFound(RESOURCE, id);
    return RefreshTokenView.of(token);
  }

  /** The existing records with these ids, in the order of the ids. @throws AppError 429 as `PageReaderService` does */
  getMany(ids: readonly number[], actor: Actor): Promise<Records<RefreshTokenView>> {
    return this.read(ids, { kind: 'record-read', actor, reason: 'batch' }, (record) => RefreshTokenView.of(record));
  }

  /**
   * One page of the matching records. With `seesTickets`, which means that the reader may read records by id, the page also has the tickets
   * of records that the service issued.
   * @throws AppError 429 as `PageReaderService` does
   */
  async search(
    search: Search,
    { actor, seesTickets }: { readonly actor: Actor; readonly seesTickets: boolean },
  ): Promise<Found<ListedRefreshTokenView>> {
    const { ids, ...totals } = await this.records.find(search);
    const viewOf = (record: RefreshToken): ListedRefreshTokenView =>
      seesTickets || !record.issued ? RefreshTokenView.of(record) : ListedRefreshTokenView.withoutTicket(record);
    return { ...totals, records: await this.read(ids, { kind: 'record-read', actor, reason: 'search' }, viewOf) };
  }

  /**
   * Replaces the members of a record that clients may set. The session of the record ends if this changes its user, client or ticket, or if
   * the new expiry is past. A later expiry does not extend the session. A ticket that the session had earlier does not end it, because the
   * client may have refreshed, or the user may have signed in, between the read and this write.
   * @throws AppError 404 when there is no such record, 412 when the record does not meet the preconditions
   */
  update(change: RefreshTokenChange, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.records.transaction(async (manager) => {
      await this.check(preconditions, change.Id, manager);
      const session = await this.records.lockSession(change.Id, manager);
      const isStale = session !== undefined && (await this.hadTicket(session, change));
      const kept = isStale ? keptOf(session, change) : change;
      const act = { kind: 'record-updated', actor, reason: 'edited' } as const;
      const write = await this.records.update(change, kept, act, manager);
      if (!write) throw notFound(RESOURCE, change.Id);
      return write;
    });
  }

  /**
   * Deletes a record permanently, and ends its session if it has one.
   * @throws AppError 404 when there is no such record, 412 when the record does not meet the preconditions
   */
  async delete(id: number, actor: Actor, preconditions: Preconditions): Promise<Write> {
    const remove = (manager?: EntityManager): Promise<Write | undefined> =>
      this.records.delete(id, { kind: 'record-deleted', actor, reason: 'deleted' }, manager);
    const removeIf = async (manager: EntityManager): Promise<Write | undefined> => {
      await this.check(preconditions, id, manager);
      return remove(manager);
    };
    const write = await (preconditions.areNone ? remove() : this.records.transaction(removeIf));
    if (!write) throw notFound(RESOURCE, id);
    return write;
  }

  /**
   * Checks the preconditions and locks the record, so that no other request changes it before the write. If there is no record, nothing is
   * checked: the write then answers 404, as without preconditions (RFC 9110, section 13.2.1).
   */
  private async check(preconditions: Preconditions, id: number, manager: EntityManager): Promise<void> {
    if (preconditions.areNone) return;
    const record = await this.records.lock(id, manager);
    if (record) preconditions.check(entityTagOf(RefreshTokenView.of(record)));
  }

  private read<View>(
    ids: readonly number[],
    act: AuditAct,
    viewOf: (record: RefreshToken) => View,
  ): Promise<Records<View>> {
    return this.pages.read({ ids, source: this.records.pages(act), reader: act.actor.name, viewOf });
  }

  /**
   * Whether the session had this ticket earlier. A sealed ticket that opens for this session comes from an earlier login, or was sealed
   * under an earlier secret. A digest is compared with the tokens of earlier generations, which can be derived again.
   */
  private async hadTicket(session: LockedSession, given: Ticket): Promise<boolean> {
    if (given.ProtectedTicket !== session.ProtectedTicket) return this.tickets.isOf(session, given.ProtectedTicket);
    const { id, uniqueId, generation, firstGeneration } = session;
    const oldest = Math.max(firstGeneration, generation - GENERATIONS_REMEMBERED);
    for (let earlier = generation - 1; earlier >= oldest; earlier--) {
      const tokens = this.codec.encodeUnderAll({ id, uniqueId, generation: earlier });
      if (tokens.some((token) => hashTicket(given.TicketSalt, token) === given.TicketHash)) return true;
    }
    return false;
  }
}
