import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { actValues } from '../../audit/audited.js';
import { RECORD_RESOURCE_ACT } from '../../audit/audited-resource.js';
import type { AuditAct } from '../../audit/audit-event.js';
import { inOrderOf } from '../../database/batch-rows.js';
import { Batched } from '../../database/batched.js';
import { StatementsService } from '../../database/statements.service.js';
import { findPage } from '../find-page.js';
import { PageReaderService } from '../page-reader.service.js';
import type { FoundPage, Records, Search } from '../search.js';
import type { Write } from '../write-envelope.js';
import { failureOf } from './constraint-failures.js';
import { DeclaredResource } from './declared-resource.js';
import { changesJson, recordFrom, valuesOf } from './record-values.js';
import type { ResourceRecord } from './resource-record.js';
import { statementsOf, type ResourceStatements, type Row } from './resource-statements.js';

interface Reading {
  readonly id: number;
  readonly act: AuditAct;
}

/** How the records of a page become what is shown. */
export interface PageViews<R, View> {
  /** Runs before the views are made: in the transaction of the page, or of a slice that is read later. */
  prepare?(records: readonly R[], manager: EntityManager): Promise<void>;
  viewOf(record: R): View;
}

/**
 * Stores the records of a resource, each act with its audit event in one statement. A resource may have another: a class that extends this one.
 */
@Injectable()
export class ResourceRepository<R extends ResourceRecord = ResourceRecord> {
  private readonly readings = new Batched<Reading, ResourceRecord | undefined>((readings) => this.readEach(readings));
  private readonly sql: ResourceStatements;

  constructor(
    protected readonly resource: DeclaredResource<R>,
    protected readonly statements: StatementsService,
    private readonly pages: PageReaderService,
    private readonly dataSource: DataSource,
  ) {
    this.sql = knownStatements(resource);
  }

  /** Stores a new record. @throws ValidationError when it has the value of another, or refers to no record */
  async create(record: object, act: AuditAct, manager?: EntityManager): Promise<Write> {
    const values = { uniqueId: uuidv7(), updatedBy: act.actor.name, ...valuesOf(this.resource, record) };
    const changes = changesJson(this.resource, undefined, record);
    const run = this.statements.runForOne(this.sql.create, { changes, ...values, ...actValues(act) }, manager);
    return this.orFailure(run, record);
  }

  /** The record; undefined when there is none. Concurrent reads outside transactions share a statement. */
  async get(id: number, act: AuditAct, manager?: EntityManager): Promise<R | undefined> {
    const reading = { id, act };
    return manager
      ? (await this.readEach([reading], manager))[0]
      : (this.readings.get(reading) as Promise<R | undefined>);
  }

  /** The ids of the records that match a search. */
  find(search: Search): Promise<FoundPage> {
    return findPage(this.dataSource, this.resource.searchable, search);
  }

  /**
   * The records with these ids, as they are shown, in the order of the ids. If the views are prepared, the whole page is one transaction with its
   * event, except slices of a large page that are read after the answer has begun.
   * @throws AppError 429 as `PageReaderService` does
   */
  getMany<View>(ids: readonly number[], act: AuditAct, views: PageViews<R, View>): Promise<Records<View>> {
    const records = new WeakMap<Row, R>();
    const recordOf = (row: Row): R => records.get(row) ?? recordFrom(this.resource, row);
    const page = {
      ...{ ids, statements: this.sql.read, act: actValues(act), reader: act.actor.name },
      viewOf: (row: Row) => views.viewOf(recordOf(row)),
    };
    if (!views.prepare) return this.pages.read(page);
    const prepareRows = async (rows: readonly Row[], manager: EntityManager): Promise<void> => {
      for (const row of rows) records.set(row, recordOf(row));
      await views.prepare?.(rows.map(recordOf), manager);
    };
    return this.dataSource.transaction(async (manager) => {
      let isOpen = true;
      const read = this.pages.read({
        ...page,
        manager,
        prepare: (rows) =>
          isOpen ? prepareRows(rows, manager) : this.dataSource.transaction((later) => prepareRows(rows, later)),
      });
      const found = await read;
      isOpen = false;
      return found;
    });
  }

  /** The records with these ids in the order of their ids, locked until the transaction ends. */
  async lock(ids: readonly number[], manager: EntityManager): Promise<R[]> {
    const rows = await this.statements.run(this.sql.lock, { ids }, manager);
    return rows.map((row) => recordFrom(this.resource, row));
  }

  /** Writes a locked record that was `before`. @throws ValidationError as `create` does */
  async update(record: R, before: R, act: AuditAct, manager: EntityManager): Promise<Write> {
    const values = { id: record.Id, updatedBy: act.actor.name, ...valuesOf(this.resource, record) };
    const changes = changesJson(this.resource, before, record);
    const run = this.statements.runForOne(this.sql.update, { changes, ...values, ...actValues(act) }, manager);
    return this.orFailure(run, record);
  }

  /** Deletes a locked record for good. @throws ValidationError when other records refer to it */
  async delete(record: R, act: AuditAct, manager: EntityManager): Promise<Write> {
    const changes = changesJson(this.resource, record, undefined);
    const values = { id: record.Id, author: act.actor.name, changes };
    return this.orFailure(
      this.statements.runForOne(this.sql.delete, { ...actValues(act), ...values }, manager),
      record,
    );
  }

  /** Writes an event about some records, or about none, that is no write of a record: that a command ran. It returns when. */
  async note(recordIds: readonly number[], act: AuditAct, manager: EntityManager): Promise<Date> {
    const values = { recordIds, resource: this.resource.name };
    return (await this.statements.runForOne(RECORD_RESOURCE_ACT, { ...actValues(act), ...values }, manager)).createdOn;
  }

  private async readEach(readings: readonly Reading[], manager?: EntityManager): Promise<(R | undefined)[]> {
    const batch = readings.map(({ id, act }) => ({ recordId: id, ...actValues(act) }));
    const rows = inOrderOf(readings, await this.statements.run(this.sql.readEach, { batch }, manager));
    return rows.map((row) => row && recordFrom(this.resource, row));
  }

  private async orFailure<T>(run: Promise<T>, sent: object): Promise<T> {
    try {
      return await run;
    } catch (error) {
      throw failureOf(error, this.resource, sent);
    }
  }
}

const known = new WeakMap<object, ResourceStatements>();

/** The statements of a resource are made once in a process, whatever number of applications it has. */
function knownStatements(resource: object): ResourceStatements {
  const statements = known.get(resource) ?? statementsOf(resource as DeclaredResource);
  known.set(resource, statements);
  return statements;
}
