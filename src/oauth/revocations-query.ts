import { badRequest } from '../kernel/app-error.js';
import { parseCursor, type RevocationsCursor } from './revocations-cursor.js';

export const LONGEST_WAIT_SECONDS = 30;

/** The parameters of a request to the feed of ended sessions. */
export class FeedQuery {
  private constructor(
    readonly since: RevocationsCursor | undefined,
    readonly waitMs: number,
  ) {}

  /** Reads the parameters. An empty parameter counts as absent. @throws AppError 400 for a bad one */
  static of({ since, wait }: Record<string, unknown>): FeedQuery {
    return new FeedQuery(sinceOf(since), waitOf(wait) * 1_000);
  }
}

function sinceOf(since: unknown): RevocationsCursor | undefined {
  if (since === undefined || since === '') return undefined;
  const cursor = typeof since === 'string' ? parseCursor(since) : undefined;
  if (!cursor)
    throw badRequest('The parameter since must be the cursor of an earlier answer. Without it, the feed begins.');
  return cursor;
}

function waitOf(wait: unknown): number {
  if (wait === undefined || wait === '') return 0;
  const seconds = typeof wait === 'string' && /^\d{1,2}$/.test(wait) ? Number(wait) : NaN;
  if (!(seconds <= LONGEST_WAIT_SECONDS))
    throw badRequest(`The parameter wait must be a whole number of seconds from 0 to ${LONGEST_WAIT_SECONDS}.`);
  return seconds;
}
