import { Injectable } from '@nestjs/common';
import type { EndOfRequest } from './ended-session.js';
import { EndsOfRequestRepository } from './ends-of-request.repository.js';

/** How many records one statement reads: it takes some milliseconds. */
const AT_ONCE = 5_000;

/** Finds out which sessions a request ended, however many: as they were deleted, or as a cutoff ended them. */
@Injectable()
export class EndsOfRequestService {
  constructor(private readonly ends: EndsOfRequestRepository) {}

  /**
   * The sessions, in the order of the ids of their records, each once. Only one page is in memory. The ends stay known for as long as the audit
   * trail has their events.
   */
  async *pages(requestId: string): AsyncGenerator<readonly EndOfRequest[], void> {
    for (let after: number | null = 0; after !== null;) {
      const { ends, upTo } = await this.ends.next(requestId, after, AT_ONCE);
      if (ends.length > 0) yield ends;
      after = upTo;
    }
  }
}
