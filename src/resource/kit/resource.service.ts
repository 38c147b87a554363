import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../../audit/audit-event.js';
import { notFound } from '../../kernel/app-error.js';
import type { Actor } from '../../kernel/origin.js';
import { entityTagOf } from '../entity-tag.js';
import { PageReaderService } from '../page-reader.service.js';
import type { Preconditions } from '../preconditions.js';
import type { Found, Records, Search } from '../search.js';
import type { Write } from '../write-envelope.js';
import { runCommand, type CommandRun, type CommandTools } from './command-runs.js';
import { DeclaredResource } from './declared-resource.js';
import { HookedPages } from './hooked-pages.js';
import { copyOf, demandValid, differs, recordFrom, valuesOf } from './record-values.js';
import { ResourceHooks, type Act } from './resource-hooks.js';
import type { ResourceRecord } from './resource-record.js';
import { ResourceRepository } from './resource.repository.js';
import { viewOf, viewOfRecord, type ResourceView } from './resource-views.js';
import type { Row } from './row.js';
import type { RunCommand } from './run-command.js';

/**
 * Who reads, and whether they may see secrets.
 * @publicApi
 */
export interface Reader {
  readonly actor: Actor;
  readonly seesSecrets: boolean;
}

/**
 * The acts on the records of a resource. Each is audited. A team extends this class to add hooks and the handlers of commands.
 * @publicApi
 */
@Injectable()
export class ResourceService<R extends ResourceRecord = ResourceRecord> extends ResourceHooks<R> {
  constructor(
    readonly resource: DeclaredResource<R>,
    protected readonly repository: ResourceRepository<R>,
    private readonly pages: PageReaderService,
  ) {
    super();
  }

  /** Stores a new record. @throws ValidationError when it has the value of another, or refers to no record */
  create(input: object, actor: Actor): Promise<Write> {
    if (!this.beforeCreate) return this.repository.create(input, { kind: 'record-created', actor });
    return this.repository.transaction((manager) => this.createIn({ actor, manager }, this.recordOf(input)));
  }

  /** The record, as clients see it. @throws AppError 404 when there is none */
  async get(id: number, actor: Actor): Promise<ResourceView> {
    const view = this.afterRead
      ? await this.repository.transaction((manager) => this.readIn({ actor, manager }, id))
      : this.viewOf(await this.repository.get(id, { kind: 'record-read', actor }));
    if (!view) throw notFound(this.resource.name, id);
    return view;
  }

  /** The records that exist among these ids, in the order of the ids. @throws AppError 429 as `PageReaderService` does */
  getMany(ids: readonly number[], actor: Actor): Promise<Records<ResourceView>> {
    const act: AuditAct = { kind: 'record-read', actor, reason: 'batch' };
    return this.readPage(ids, act, true);
  }

  /** One page of the records that match. @throws AppError 429 as `PageReaderService` does */
  async search(search: Search, { actor, seesSecrets }: Reader): Promise<Found<ResourceView>> {
    const { ids, ...totals } = await this.repository.find(search);
    const act: AuditAct = { kind: 'record-read', actor, reason: 'search' };
    return { ...totals, records: await this.readPage(ids, act, seesSecrets || !this.resource.hasSecrets) };
  }

  /**
   * Replaces what clients may set of a record.
   * @throws AppError 404 when there is none, 412 when it is not as the preconditions demand; ValidationError as `create` does
   */
  update(change: { readonly Id: number }, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.repository.transaction(async (manager) => {
      const act = { actor, manager };
      const before = await this.lock(change.Id, act, preconditions);
      const record = Object.assign(copyOf(before), valuesOf(this.resource, change));
      return this.updateIn(act, record, before, 'edited');
    });
  }

  /** Deletes a record for good. @throws AppError 404 when there is none, 412 when it is not as the preconditions demand */
  delete(id: number, actor: Actor, preconditions: Preconditions): Promise<Write> {
    return this.repository.transaction(async (manager) => {
      const act = { actor, manager };
      return this.deleteIn(act, await this.lock(id, act, preconditions));
    });
  }

  /** Runs a command of the resource on all its records, or on none (contract 1.7). @throws ValidationError for a wrong key, Id or parameter */
  runCommand(run: RunCommand, actor: Actor): Promise<CommandRun> {
    const tools: CommandTools<R> = {
      resource: this.resource,
      repository: this.repository,
      service: this,
      update: (act, record, before, reason) =>
        differs(this.resource, record, before)
          ? this.updateIn(act, record, before, reason)
          : Promise.resolve(undefined),
    };
    return this.repository.transaction((manager) => runCommand(tools, run, { actor, manager }));
  }

  /** Creates a record as a part of an act. */
  protected async createIn({ actor, manager }: Act, record: R): Promise<Write> {
    await this.beforeCreate?.(record, { actor, manager });
    demandValid(this.resource, record);
    return this.repository.create(record, { kind: 'record-created', actor }, manager);
  }

  /** Writes a record that was locked, and was `before`, as a part of an act. */
  protected async updateIn({ actor, manager }: Act, record: R, before: R, reason: string): Promise<Write> {
    await this.beforeUpdate?.(record, before, { actor, manager });
    demandValid(this.resource, record, before);
    return this.repository.update(record, before, { kind: 'record-updated', actor, reason }, manager);
  }

  /** Deletes a record that was locked as a part of an act. */
  protected async deleteIn({ actor, manager }: Act, record: R): Promise<Write> {
    await this.beforeDelete?.(record, { actor, manager });
    return this.repository.delete(record, { kind: 'record-deleted', actor, reason: 'deleted' }, manager);
  }

  /** Whether the secrets of this record are null in a search of a user without the role to read records by id: by default they are. */
  protected hidesSecretsOf?(row: Row): boolean;

  /** A record of a list: without its secrets, unless the reader may see them. `record` is there if a hook had it. */
  protected listedViewOf(row: Row, seesSecrets: boolean, record?: R): ResourceView {
    const view = record ? viewOfRecord(this.resource, record) : this.viewOf(row);
    const isWhole = seesSecrets || this.hidesSecretsOf?.(row) === false;
    return isWhole ? view : { ...view, ...this.resource.hiddenSecrets };
  }

  private async readIn(act: Act, id: number): Promise<ResourceView | undefined> {
    const row = await this.repository.get(id, { kind: 'record-read', actor: act.actor }, act.manager);
    return row && viewOfRecord(this.resource, await this.recordAfterRead(row, act));
  }

  /** Locks a record, so that it stays what is checked until the write is done. */
  private async lock(id: number, act: Act, preconditions: Preconditions): Promise<R> {
    const [row] = await this.repository.lock([id], act.manager);
    if (!row) throw notFound(this.resource.name, id);
    if (!preconditions.areNone) {
      const shown = await this.recordAfterRead(row, act);
      preconditions.check(entityTagOf(viewOfRecord(this.resource, shown)));
    }
    return recordFrom(this.resource, row);
  }

  /** Only hooks, and decorators of class-transformer, need an instance of the resource's class. */
  private viewOf<Of extends Row | undefined>(row: Of): ResourceView | (Of & undefined);
  private viewOf(row: Row | undefined): ResourceView | undefined {
    if (!row) return undefined;
    if (this.resource.transformed.size === 0) return viewOf(this.resource, row);
    return viewOfRecord(this.resource, recordFrom(this.resource, row));
  }

  private async recordAfterRead(row: Row, act: Act): Promise<R> {
    const record = recordFrom(this.resource, row);
    await this.afterRead?.(record, act);
    return record;
  }

  private readPage(ids: readonly number[], act: AuditAct, isWhole: boolean): Promise<Records<ResourceView>> {
    const { actor } = act;
    const read = new WeakMap<Row, R>();
    const viewOfRow = (row: Row): ResourceView => {
      const record = this.afterRead && read.get(row);
      return this.listedViewOf(row, isWhole, record);
    };
    const page = { ids, reader: actor.name, viewOf: viewOfRow };
    if (!this.afterRead) return this.pages.read({ ...page, source: this.repository.pages(act) });
    return this.repository.transaction(async (manager) => {
      const hook = async (rows: readonly Row[], within: EntityManager): Promise<void> => {
        for (const row of rows) read.set(row, await this.recordAfterRead(row, { actor, manager: within }));
      };
      const source = new HookedPages(this.repository, act, hook, manager);
      const records = await this.pages.read({ ...page, source });
      source.leave();
      return records;
    });
  }

  /** An instance of the resource's class, so that its methods are there for hooks. */
  private recordOf(input: object): R {
    return Object.assign(new this.resource.type(), valuesOf(this.resource, input));
  }
}
