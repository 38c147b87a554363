import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseAway } from './database-failures.js';
import { databaseFault } from './database-faults.js';

/** The service and its database often start together. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 3_000;

const logger = new Logger('Database');

/**
 * Runs work that needs the database when the service starts. While the database cannot be reached, the work is tried again for half a
 * minute. The log says why, and for how much longer.
 * @throws the error of the work when its reason is not temporary, or lasts too long
 */
export async function whenDatabaseAnswers<T>(work: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  let logged = '';
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const left = deadline - performance.now();
      if (!isDatabaseAway(error) || left < PAUSE_MS) throw error;
      const reason = databaseFault(error) ?? `DATABASE_URL: ${(error as Error).message}.`;
      // Each reason is logged once: a name that cannot be found, a server that starts, a standby that is not promoted yet.
      if (reason !== logged) logger.warn(`${reason} Trying again for ${Math.round(left / 1_000)} seconds.`);
      logged = reason;
      await pause(PAUSE_MS);
    }
  }
}
