import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues, type ActValues } from '../audit/audited.js';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { findPage } from '../resource/find-page.js';
import type { PageSource } from '../resource/page-reader.service.js';
import type { FoundPage, Search } from '../resource/search.js';
import type { Write } from '../resource/write-envelope.js';
import { SessionNoticesService } from '../sessions/session-notices.service.js';
import type { RefreshTokenChange, RefreshTokenInput } from './dto/refresh-token.input.js';
import type { EndingWrite } from './ending-write.js';
import type { Kept, LockedSession } from './locked-session.js';
import {
  CREATE,
  CREATE_EACH,
  DELETE,
  DELETE_EXPIRED,
  LOCK_RECORD,
  LOCK_SESSION,
  READ_EACH,
  READ_PAGE,
  READ_SLICE,
  RECORD_SHOWN,
  UPDATE,
} from './record.statements.js';
import type { RefreshToken } from './refresh-token.entity.js';
import { REFRESH_TOKENS } from './refresh-token.search.js';

interface Reading {
  readonly id: number;
  readonly act: AuditAct;
}

type Creation = GivenTo<typeof CREATE>;

/** The records that expired more than `retention` seconds ago: at most `limit`, beginning at the expiry `from`, or at the first expiry. */
export interface ExpiredRecords {
  readonly retention: number;
  readonly from: Date | undefined;
  readonly limit: number;
}

/** The rows of sessions and of clients' records, as the API shows them. The statement of each act also writes the event. */
@Injectable()
export class RefreshTokensRepository {
  private readonly readings = new Batched((readings: readonly Reading[]) => this.readEach(readings));
  private readonly creations = new Batched((creations: readonly Creation[]) => this.createEach(creations));

  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    private readonly notices: SessionNoticesService,
  ) {}

  /** Runs work in a transaction. No other request changes a record that the work locks, until the end. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { result, manager } = await this.dataSource.transaction(async (manager) => ({
      result: await work(manager),
      manager,
    }));
    this.notices.committed(manager);
    return result;
  }

  /** Adds a record. Concurrent creations share a statement. */
  create(input: RefreshTokenInput, uniqueId: string, act: AuditAct): Promise<Write | undefined> {
    return this.creations.get({ updatedBy: act.actor.name, uniqueId, ...valuesOf(input), ...actValues(act) });
  }

  /** The record with this id, or undefined. Concurrent reads share a statement. */
  read(id: number, act: AuditAct): Promise<RefreshToken | undefined> {
    return this.readings.get({ id, act });
  }

  /** The ids of one page of the matching records. */
  find(search: Search): Promise<FoundPage> {
    return findPage(this.dataSource, REFRESH_TOKENS, search);
  }

  /** Reads the records of a page, and writes one event for all of them. */
  pages(act: AuditAct): PageSource<RefreshToken> {
    const values = actValues(act);
    return {
      small: (ids, smallBytes) => this.statements.run(READ_PAGE, { ids, smallBytes, ...values }),
      slice: (ids) => this.statements.run(READ_SLICE, { ids }),
      noteLarge: (ids) => this.statements.run(RECORD_SHOWN, { ids, ...values }),
    };
  }

  /** The present record with this id, locked until the transaction ends; undefined when there is no such record. */
  lock(id: number, manager: EntityManager): Promise<RefreshToken | undefined> {
    return this.statements.runForFirst(LOCK_RECORD, { id }, manager);
  }

  /** The session of the record with this id, locked until the transaction ends; undefined when the record is not a session. */
  lockSession(id: number, manager: EntityManager): Promise<LockedSession | undefined> {
    return this.statements.runForFirst(LOCK_SESSION, { id }, manager);
  }

  /** Writes an edit. The ticket and the expiry come from `kept`. Undefined when there is no such record. */
  async update(
    change: RefreshTokenChange,
    kept: Kept,
    act: AuditAct,
    manager: EntityManager,
  ): Promise<Write | undefined> {
    const values = { id: change.Id, updatedBy: act.actor.name, ...valuesOf(change, kept), ...actValues(act) };
    return this.noted(await this.statements.runForFirst(UPDATE, values, manager), act, manager);
  }

  /** Deletes the record with this id. Undefined when there is no such record. */
  async delete(id: number, act: AuditAct, manager?: EntityManager): Promise<Write | undefined> {
    const values = { id, author: act.actor.name, ...actValues(act) };
    return this.noted(await this.statements.runForFirst(DELETE, values, manager), act, manager);
  }

  /** Deletes expired records, beginning with the earliest expiry, and returns the expiry of each. */
  deleteExpired({ retention, from, limit }: ExpiredRecords, act: AuditAct): Promise<{ readonly expiresOn: Date }[]> {
    return this.statements.run(DELETE_EXPIRED, { retention, from: from ?? '-infinity', limit, ...actValues(act) });
  }

  /** Notes the end of a session, which is committed now or with the manager's transaction. */
  private noted(write: EndingWrite | undefined, act: AuditAct, manager?: EntityManager): Write | undefined {
    if (write?.ended) this.notices.ended([write], act, manager);
    return write;
  }

  private async readEach(readings: readonly Reading[]): Promise<(RefreshToken | undefined)[]> {
    const batch = readings.map(({ id, act }) => ({ recordId: id, ...actValues(act) }));
    return inOrderOf(readings, await this.statements.run(READ_EACH, { batch }));
  }

  private async createEach(creations: readonly Creation[]): Promise<(Write | undefined)[]> {
    const [first, second] = creations;
    if (first && !second) return this.statements.run(CREATE, first);
    return inOrderOf(creations, await this.statements.run(CREATE_EACH, { batch: creations }));
  }
}

function valuesOf(
  input: RefreshTokenInput,
  kept: Kept = input,
): Omit<Creation, keyof ActValues | 'updatedBy' | 'uniqueId'> {
  return {
    subject: input.Subject,
    clientId: input.ClientId,
    expiresOn: kept.ExpiresOn,
    protectedTicket: kept.ProtectedTicket,
    ticketHash: kept.TicketHash,
    ticketSalt: kept.TicketSalt,
    systemId: input.SystemId,
  };
}
