import { statSync } from 'node:fs';
import { formatDateTime } from '../kernel/date-time.js';
import type { NamedEnd, SurvivingSession } from '../sessions/ended-session.js';
import { ENDINGS_AT_ONCE, SessionEndingsService } from '../sessions/session-endings.service.js';
import { counted } from './counted.js';
import { formatTable } from './format-table.js';
import { OPERATOR, say } from './operator.js';
import { Progress } from './progress.js';
import { withFile } from './spooled-file.js';
import { endsIn } from './trail-file.js';
import { withApplication } from './with-application.js';

/** The most sessions that the table shows. */
const SHOWN = 100;

interface EndOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

/**
 * Ends the sessions that, according to an exported audit trail, had already ended before a restored backup brought them back. The whole
 * file is read and checked before the first session is ended.
 * @throws AppError when the file is not an audit trail; then no session was ended
 */
export async function endFromTrail(file: string, { dryRun, json }: EndOptions): Promise<void> {
  await withFile(file, async (path) => {
    const named = await count(path);
    await withApplication(async (app) => {
      const endings = app.get(SessionEndingsService);
      const found = new Map<number, SurvivingSession>();
      let ended = 0;
      await inBatches(path, named, async (ends) => {
        if (dryRun) for (const session of await endings.survivors(ends)) found.set(session.id, session);
        else ended += await endings.endNamed(ends, { reason: 'restored', actor: OPERATOR });
      });
      const survivors = [...found.values()];
      const result = dryRun ? { named, wouldEnd: survivors.length } : { named, ended };
      if (json) say(JSON.stringify(dryRun ? { ...result, sessions: survivors.map(asJson) } : result));
      else if (dryRun) say(`${table(survivors)}\nWould end ${counted(survivors.length)}. ${rest(named)}`);
      else say(`Ended ${counted(ended)}. ${rest(named)}`);
    });
  });
}

/** Counts the ends of sessions in the file, and checks each of its events. */
async function count(path: string): Promise<number> {
  const progress = new Progress('Bytes read', statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const ends = endsIn(path, (bytes) => {
    progress.advance(bytes);
  });
  try {
    let named = 0;
    while (!(await ends.next()).done) named++;
    return named;
  } finally {
    progress.stop();
  }
}

/** Calls `work` with batches of the ends in the file. One statement processes one batch. */
async function inBatches(
  path: string,
  named: number,
  work: (ends: readonly NamedEnd[]) => Promise<void>,
): Promise<void> {
  const progress = new Progress('Ends looked up', named);
  try {
    let batch: NamedEnd[] = [];
    for await (const end of endsIn(path, () => undefined)) {
      batch.push(end);
      if (batch.length < ENDINGS_AT_ONCE) continue;
      await work(batch);
      progress.advance(batch.length);
      batch = [];
    }
    if (batch.length > 0) await work(batch);
  } finally {
    progress.stop();
  }
}

function rest(named: number): string {
  return `The file names ${named} ${named === 1 ? 'end' : 'ends'}. Sessions that no longer exist, or that began after their end in the file, are left out.`;
}

function table(survivors: readonly SurvivingSession[]): string {
  const more = survivors.length - SHOWN;
  return `${formatTable(survivors.slice(0, SHOWN).map(asJson))}${more > 0 ? `\n... and ${more} more.` : ''}`;
}

function asJson({ id, uniqueId, subject, clientId, authTime }: SurvivingSession) {
  return { id, session: uniqueId, subject, client: clientId, signedIn: formatDateTime(authTime) };
}
