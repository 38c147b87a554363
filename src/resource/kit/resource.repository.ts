import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { actValues } from '../../audit/audited.js';
import { RECORD_RESOURCE_ACT } from '../../audit/resource-events.statements.js';
import type { AuditAct } from '../../audit/audit-event.js';
import { inOrderOf } from '../../database/batch-rows.js';
import { Batched } from '../../database/batched.js';
import { StatementsService } from '../../database/statements.service.js';
import { EXAMINED_UP_TO, findExamined } from '../find-examined.js';
import { findPage } from '../find-page.js';
import type { PageSource } from '../page-reader.service.js';
import type { FoundPage, Search } from '../search.js';
import type { Write } from '../write-envelope.js';
import { failureOf } from './constraint-failures.js';
import { DeclaredResource } from './declared-resource.js';
import { examinedIn, tooManyExamined } from './examined-filters.js';
import { changesJson, valuesOf } from './record-values.js';
import type { ResourceRecord } from './resource-record.js';
import { statementsOf, type ResourceStatements } from './resource.statements.js';
import type { Row } from './row.js';

interface Reading {
  readonly id: number;
  readonly act: AuditAct;
}

/**
 * Stores the records of a resource, each act with its audit event in one statement. A resource may have another: a class that extends this one.
 * @publicApi
 */
@Injectable()
export class ResourceRepository<R extends ResourceRecord = ResourceRecord> {
  private readonly readings = new Batched<Reading, Row | undefined>((readings) => this.readEach(readings));
  private readonly sql: ResourceStatements;

  constructor(
    protected readonly resource: DeclaredResource<R>,
    protected readonly statements: StatementsService,
    private readonly dataSource: DataSource,
  ) {
    this.sql = statementsOf(resource);
  }

  /** Stores a new record. @throws ValidationError when it has the value of another, or refers to no record */
  async create(record: object, act: AuditAct, manager?: EntityManager): Promise<Write> {
    const values = { uniqueId: uuidv7(), updatedBy: act.actor.name, ...valuesOf(this.resource, record, 'field') };
    const changes = changesJson(this.resource, undefined, record);
    const run = this.statements.runForOne(this.sql.create, { changes, ...values, ...actValues(act) }, manager);
    return this.orFailure(run, record);
  }

  /** The row of the record; undefined when there is none. Concurrent reads outside transactions share a statement. */
  async get(id: number, act: AuditAct, manager?: EntityManager): Promise<Row | undefined> {
    const reading = { id, act };
    return manager ? (await this.readEach([reading], manager))[0] : this.readings.get(reading);
  }

  /** The ids of the records that match a search. @throws ValidationError when too many records would have to be examined */
  async find(search: Search): Promise<FoundPage> {
    const examined = examinedIn(this.resource, search);
    if (examined.length === 0) return findPage(this.dataSource, this.resource.searchable, search);
    const found = await findExamined(this.dataSource, this.resource.searchable, { ...search, examined });
    if (!found) throw tooManyExamined(this.resource, examined, EXAMINED_UP_TO);
    return found;
  }

  /** Runs work in a transaction. No other request changes a record that the work locks, until the end. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Reads the records of a page, and writes one event for all of them. */
  pages(act: AuditAct, manager?: EntityManager): PageSource<Row> {
    const values = actValues(act);
    return {
      small: (ids, smallBytes) => this.statements.run(this.sql.readPage, { ids, smallBytes, ...values }, manager),
      slice: (ids) => this.statements.run(this.sql.readSlice, { ids }, manager),
      noteLarge: (ids) => this.statements.run(this.sql.shown, { ids, ...values }, manager),
    };
  }

  /** The rows of the records with these ids in the order of their ids, locked until the transaction ends. */
  lock(ids: readonly number[], manager: EntityManager): Promise<Row[]> {
    return this.statements.run(this.sql.lock, { ids }, manager);
  }

  /** Writes a locked record that was `before`. @throws ValidationError as `create` does */
  async update(record: R, before: R, act: AuditAct, manager: EntityManager): Promise<Write> {
    const values = { id: record.Id, updatedBy: act.actor.name, ...valuesOf(this.resource, record, 'field') };
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

  private async readEach(readings: readonly Reading[], manager?: EntityManager): Promise<(Row | undefined)[]> {
    const batch = readings.map(({ id, act }) => ({ recordId: id, ...actValues(act) }));
    return inOrderOf(readings, await this.statements.run(this.sql.readEach, { batch }, manager));
  }

  private async orFailure<T>(run: Promise<T>, sent: object): Promise<T> {
    try {
      return await run;
    } catch (error) {
      throw failureOf(error, this.resource, sent);
    }
  }
}
