import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../../audit/audit-event.js';
import type { Found, PageSource } from '../page-reader.service.js';
import type { ResourceRecord } from './resource-record.js';
import type { ResourceRepository } from './resource.repository.js';
import type { Row } from './row.js';

/** What is done with the rows of a page, or of a slice of a large page, when they have been read. */
type Hook = (rows: readonly Row[], manager: EntityManager) => Promise<void>;

/**
 * Reads the records of a page in a transaction, with a hook. After `leave`, each further slice of a large page has a transaction of its own: the
 * answer has begun, and its client may be slow.
 */
export class HookedPages<R extends ResourceRecord> implements PageSource<Row> {
  constructor(
    private readonly repository: ResourceRepository<R>,
    private readonly act: AuditAct,
    private readonly hook: Hook,
    private manager: EntityManager | undefined,
  ) {}

  /** Ends the part of the page that is in the transaction. */
  leave(): void {
    this.manager = undefined;
  }

  /** As `PageSource` says. The hook gets the rows of a page that is small. */
  async small(ids: readonly number[], smallBytes: number): Promise<(Found & Row)[]> {
    return this.within(async (manager) => {
      const rows = await this.repository.pages(this.act, manager).small(ids, smallBytes);
      if (rows.every(({ fits }) => fits)) await this.hook(rows, manager);
      return rows;
    });
  }

  /** As `PageSource` says. */
  async slice(ids: readonly number[]): Promise<Row[]> {
    return this.within(async (manager) => {
      const rows = await this.repository.pages(this.act, manager).slice(ids);
      await this.hook(rows, manager);
      return rows;
    });
  }

  /** As `PageSource` says. */
  noteLarge(ids: readonly number[]): Promise<unknown> {
    return this.within(async (manager) => this.repository.pages(this.act, manager).noteLarge?.(ids));
  }

  private within<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.manager ? work(this.manager) : this.repository.transaction(work);
  }
}
