import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { AuditTrailEntriesRepository } from './audit-trail-entries.repository.js';

const LOOK_AGAIN_AFTER_MS = 200;
/** If a transaction takes longer, the next run of the job waits for it. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Finds the id up to which the audit trail is complete. An id is assigned before its transaction commits. So a lower id may become visible
 * after a higher id, whatever its `created_on`. A transaction that inserts locks the table (ROW EXCLUSIVE) before it takes an id, and until
 * it ends. So a missing id below a visible id belongs to a transaction with this lock. When all transactions that have the lock now have
 * ended, no id is missing any more. `CREATE INDEX CONCURRENTLY` waits in the same way. Every role may read `pg_locks`, and reading it
 * blocks nobody. Transaction ids do not help, because a transaction gets one only after it took an id.
 */
@Injectable()
export class SettledIdsService {
  private settled = 0;
  private awaited: { readonly id: number; readonly writers: readonly string[] } | undefined;

  constructor(private readonly entries: AuditTrailEntriesRepository) {}

  /**
   * The id up to which the trail is complete, if the id is `first` or higher; undefined when there is no such event, or when writers are
   * active.
   */
  async from(first: number): Promise<number | undefined> {
    if (this.settled >= first) return this.settled;
    this.awaited ??= await this.newest();
    if (!(await this.haveEnded(this.awaited.writers))) return undefined;
    this.settled = this.awaited.id;
    this.awaited = undefined;
    return this.settled >= first ? this.settled : undefined;
  }

  /** Makes the next call look again. Call this when everything up to the last result is sealed. */
  forget(): void {
    this.settled = 0;
  }

  private async newest(): Promise<{ id: number; writers: string[] }> {
    const { id, writers } = await this.entries.newest();
    return { id: id ?? 0, writers };
  }

  private async haveEnded(writers: readonly string[]): Promise<boolean> {
    const until = performance.now() + LONGEST_WAIT_MS;
    while (writers.length > 0) {
      if ((await this.entries.countWriting(writers)) === 0) return true;
      if (performance.now() > until) return false;
      await pause(LOOK_AGAIN_AFTER_MS, undefined, { ref: false });
    }
    return true;
  }
}
