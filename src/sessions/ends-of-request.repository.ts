import { Injectable } from '@nestjs/common';
import { StatementsService } from '../database/statements.service.js';
import type { EndOfRequest } from './ended-session.js';
import { ENDS_OF_REQUEST } from './ends-of-request.statements.js';

/** Some of the sessions that a request ended, and the Id up to which they were read; null if nothing follows. */
interface SomeEnds {
  readonly ends: readonly EndOfRequest[];
  readonly upTo: number | null;
}

/** Reads the ends of sessions by the request that ended them: from the trail, and from rows that a cutoff ended. */
@Injectable()
export class EndsOfRequestRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The sessions that a request ended, among the next `limit` records after this Id. */
  async next(requestId: string, after: number, limit: number): Promise<SomeEnds> {
    const found = await this.statements.run(ENDS_OF_REQUEST, { requestId, after, limit });
    const ends = found.filter((row): row is typeof row & EndOfRequest => row.id !== null);
    return { ends, upTo: found[0]?.upTo ?? null };
  }
}
