import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditKind } from '../audit/audit-event.js';
import { StatementsService } from '../database/statements.service.js';
import { findPage } from '../resource/find-page.js';
import type { PageSource } from '../resource/page-reader.service.js';
import type { FoundPage, Search } from '../resource/search.js';
import type { Row } from '../resource/kit/row.js';
import { AUDIT_TRAIL_ENTRIES, type Position } from './audit-trail-entry.entity.js';
import { EXPORTED, NEWEST, PAGE_END, READ_PAGE, READ_SLICE, STILL_WRITING } from './entry.statements.js';

/** Reads the events of the audit trail. */
@Injectable()
export class AuditTrailEntriesRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
  ) {}

  /** The ids of one page of the matching events. */
  find(search: Search): Promise<FoundPage> {
    return findPage(this.dataSource, AUDIT_TRAIL_ENTRIES.searchable, search);
  }

  /** Reads the events of a page. */
  pages(): PageSource<Row> {
    return {
      small: (ids, smallBytes) => this.statements.run(READ_PAGE, { ids, smallBytes }),
      slice: (ids) => this.statements.run(READ_SLICE, { ids }),
    };
  }

  /** The position of the last of the next `size` events after a position; undefined when fewer follow. */
  endOfPage({ createdOn: afterTime, id: afterId }: Position, size: number): Promise<Position | undefined> {
    return this.statements.runForFirst(PAGE_END, { afterTime, afterId, size });
  }

  /**
   * The events after a position, up to another position if one is given, in the order of time and Id. Without `kinds`, events of all kinds.
   */
  between(after: Position, until: Position | undefined, kinds?: readonly AuditKind[]): Promise<Row[]> {
    const { createdOn: afterTime, id: afterId } = after;
    return this.statements.run(EXPORTED, {
      afterTime,
      afterId,
      untilTime: until?.createdOn,
      untilId: until?.id,
      kinds,
    });
  }

  /** The highest existing id, or null, and the transactions that may still add lower ids. */
  newest(): Promise<{ readonly id: number | null; readonly writers: string[] }> {
    return this.statements.runForOne(NEWEST, {});
  }

  /** How many of these transactions may still add events. */
  async countWriting(writers: readonly string[]): Promise<number> {
    return (await this.statements.runForOne(STILL_WRITING, { writers })).count;
  }
}
