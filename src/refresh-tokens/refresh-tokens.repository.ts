import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { DeclaredResource } from '../resource/kit/declared-resource.js';
import { valuesOf } from '../resource/kit/record-values.js';
import { ResourceRepository } from '../resource/kit/resource.repository.js';
import type { Row } from '../resource/kit/row.js';
import type { Write } from '../resource/write-envelope.js';
import { ReadAheadsService } from '../sessions/read-aheads.service.js';
import { SessionNoticesService } from '../sessions/session-notices.service.js';
import type { RefreshTokenChange, RefreshTokenInput } from './dto/refresh-token.dto.js';
import type { EndingWrite } from './ending-write.js';
import type { Kept, LockedSession } from './locked-session.js';
import { RecordSearchesRepository } from './record-searches.repository.js';
import { CREATE, CREATE_EACH, DELETE, DELETE_EXPIRED, LOCK_SESSION, UPDATE } from './record.statements.js';
import { RecordAhead } from './records-ahead.repository.js';
import type { RefreshToken } from './refresh-token.entity.js';

type Creation = GivenTo<typeof CREATE>;

/** The records that expired more than `retention` seconds ago: at most `limit`, beginning at the expiry `from`, or at the first expiry. */
export interface ExpiredRecords {
  readonly retention: number;
  readonly from: Date | undefined;
  readonly limit: number;
}

/** The rows of sessions and of clients' records, as the API shows them. The statement of each act also writes the event. */
@Injectable()
export class RefreshTokensRepository extends ResourceRepository<RefreshToken> {
  readonly searches: RecordSearchesRepository;
  private readonly creations = new Batched((creations: readonly Creation[]) => this.createEach(creations));

  constructor(
    resource: DeclaredResource<RefreshToken>,
    statements: StatementsService,
    dataSource: DataSource,
    private readonly notices: SessionNoticesService,
    private readonly aheads: ReadAheadsService,
  ) {
    super(resource, statements, dataSource);
    this.searches = new RecordSearchesRepository(statements, dataSource, aheads);
  }

  /** As for every resource. The ends of sessions are passed on when the transaction has been committed. */
  override async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { result, manager } = await super.transaction(async (manager) => ({ result: await work(manager), manager }));
    this.notices.committed(manager);
    return result;
  }

  /** As for every resource, unless the record was read with the session of its reader. */
  override get(id: number, act: AuditAct, manager?: EntityManager): Promise<Row | undefined> {
    const ahead = this.aheads.take(act.actor);
    const isRead = ahead instanceof RecordAhead && ahead.id === id && act.reason === undefined && !manager;
    return isRead ? Promise.resolve(ahead.row) : super.get(id, act, manager);
  }

  /** Adds a record. Concurrent creations share a statement. */
  override async create(input: RefreshTokenInput, act: AuditAct): Promise<Write> {
    const values = valuesOf(this.resource, input, 'field');
    const write = await this.creations.get({
      updatedBy: act.actor.name,
      uniqueId: uuidv7(),
      ...values,
      ...actValues(act),
    });
    if (!write) throw new Error('An insert returned no row.');
    return write;
  }

  /** The session of the record with this id, locked until the transaction ends; undefined when the record is not a session. */
  lockSession(id: number, manager: EntityManager): Promise<LockedSession | undefined> {
    return this.statements.runForFirst(LOCK_SESSION, { id }, manager);
  }

  /** Writes an edit. The ticket and the expiry come from `kept`. Undefined when there is no such record. */
  async edit(
    change: RefreshTokenChange,
    kept: Kept,
    act: AuditAct,
    manager: EntityManager,
  ): Promise<Write | undefined> {
    const values = valuesOf(this.resource, { ...change, ...kept }, 'field');
    const edited = { id: change.Id, updatedBy: act.actor.name, ...values, ...actValues(act) };
    return this.noted(await this.statements.runForFirst(UPDATE, edited, manager), act, manager);
  }

  /** Deletes the record with this id. Undefined when there is no such record. */
  async deleteById(id: number, act: AuditAct, manager?: EntityManager): Promise<Write | undefined> {
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

  private async createEach(creations: readonly Creation[]): Promise<(Write | undefined)[]> {
    const [first, second] = creations;
    if (first && !second) return this.statements.run(CREATE, first);
    return inOrderOf(creations, await this.statements.run(CREATE_EACH, { batch: creations }));
  }
}
