import { Injectable } from '@nestjs/common';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { viewOf } from '../resource/kit/resource-views.js';
import { AUDIT_TRAIL_ENTRIES } from './audit-trail-entry.entity.js';
import { AuditSealsRepository } from './audit-seals.repository.js';
import { PersonEventsRepository } from './person-events.repository.js';
import { RangeErasureService } from './range-erasure.service.js';

/** How many events one statement looks at: it takes some milliseconds, and returns some megabytes at most. */
const PAGE_SIZE = 5_000;
/** A seal covers at most a thousand events. */
const SEALS_PER_PAGE = 20;

/**
 * The events of which a person is the subject or the actor, or which list a change from or to the person's name. An erasure keeps the events,
 * with a pseudonym in the place of the name, the addresses and the user agents.
 */
@Injectable()
export class TrailPersonalData extends PersonalData {
  readonly name = 'AuditTrailEntries';

  constructor(
    private readonly events: PersonEventsRepository,
    private readonly seals: AuditSealsRepository,
    private readonly ranges: RangeErasureService,
  ) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    const person = await this.events.find({ email, pseudonym: '' });
    for await (const range of this.pagesAfter(0))
      for (const event of await this.events.between(range, person)) yield viewOf(AUDIT_TRAIL_ENTRIES, event);
  }

  /** The events without a seal come first: if they get a seal meanwhile, they are without the name already. */
  async erase(erased: ErasedPerson): Promise<number> {
    const person = await this.events.find(erased);
    let count = 0;
    for await (const range of this.pagesAfter((await this.seals.latest(0))?.toId ?? 0))
      count += await this.seals.exclusively((manager) => this.events.eraseUnsealed(range, person, manager));
    for (let after = 0; ;) {
      const page = await this.events.sealsAfter(after, SEALS_PER_PAGE, person);
      for (const { id, isNaming } of page) if (isNaming) count += await this.ranges.erase(id, person);
      const last = page.at(-1);
      if (!last) return count;
      after = last.id;
    }
  }

  /** The ids of all events after an id, page by page. */
  private async *pagesAfter(id: number): AsyncGenerator<{ after: number; upTo: number }> {
    for (let after = id; ;) {
      const upTo = await this.events.endOfPage(after, PAGE_SIZE);
      if (upTo === null) return;
      yield { after, upTo };
      after = upTo;
    }
  }
}
