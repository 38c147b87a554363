import { createReadStream } from 'node:fs';
import { AppError } from '../kernel/app-error.js';
import { parseDateTime } from '../kernel/date-time.js';
import type { NamedEnd } from '../sessions/ended-session.js';
import { JsonValues, type JsonObject } from './json-values.js';

/** A UUID of any version, as PostgreSQL accepts it. */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Yields the ends of sessions that an export of the audit trail names, in the order of the file. The file contains events as in the search
 * of the audit trail: one object per line, as `audit export` writes them; arrays of events; or all pages of the search. Other events are
 * skipped.
 * @param onRead is called with the number of bytes of each piece that was read
 * @throws AppError naming the line that is not such an event, the file that cannot be read, or the page that is missing
 */
export async function* endsIn(file: string, onRead: (bytes: number) => void): AsyncGenerator<NamedEnd> {
  const values = new JsonValues();
  let isLastPage = true;
  try {
    for await (const piece of createReadStream(file, 'utf8')) {
      for (const object of values.read(piece as string)) {
        const records = recordsOf(object);
        if (!records) {
          yield* endOf(object.value, `Line ${object.line}`);
          continue;
        }
        isLastPage = !(object.value as { HasNextPage?: unknown }).HasNextPage;
        for (const [n, record] of records.entries()) yield* endOf(record, `Line ${object.line}, record ${n + 1}`);
      }
      onRead(Buffer.byteLength(piece as string));
    }
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new AppError('bad_file', 400, `The file ${file} cannot be read: ${code}.`);
  }
  values.end();
  if (!isLastPage)
    throw fault(
      'The last page of the file',
      'says that another page follows (HasNextPage), but the file does not contain that page',
    );
}

/** The records of a page of the search; undefined for a single event. */
function recordsOf({ value, line }: JsonObject): readonly unknown[] | undefined {
  const { Records: records } = value as { Records?: unknown };
  if (records === undefined) return undefined;
  if (!Array.isArray(records)) throw fault(`Line ${line}`, 'has Records that are not an array');
  return records as unknown[];
}

function* endOf(event: unknown, where: string): Generator<NamedEnd> {
  if (typeof event !== 'object' || event === null) throw fault(where, 'is not an event of the audit trail');
  const { Kind: kind, SessionId: sessionId, CreatedOn: createdOn } = event as Readonly<Record<string, unknown>>;
  if (typeof kind !== 'string') throw fault(where, 'is not an event of the audit trail: it has no Kind');
  if (kind !== 'session-ended') return;
  if (typeof sessionId !== 'string' || !UUID.test(sessionId)) throw fault(where, 'has a SessionId that is not a UUID');
  const ended = typeof createdOn === 'string' ? parseDateTime(createdOn) : undefined;
  if (!ended) throw fault(where, 'has a CreatedOn that is not a date and time');
  yield { sessionId, endedOn: ended.instant };
}

function fault(where: string, what: string): AppError {
  return new AppError('bad_file', 400, `${where} ${what}. Nothing was ended.`);
}
