import { HttpError } from 'react-admin';
import { call } from './api.js';
import type { ApiRecord } from './data-provider.js';
import { TRAIL } from './resources.js';

const PAGE_SIZE = 1_000;
const BUSY = 429;
const WAIT_MS = 2_000;
const PATH = `/api/sys/${TRAIL}`;

export const FORMATS = {
  ndjson: { type: 'application/x-ndjson', head: () => '', line: (event: ApiRecord) => JSON.stringify(event) },
  csv: {
    type: 'text/csv',
    head: (names: readonly string[]) => `${names.map(csvCell).join()}\r\n`,
    line: (event: ApiRecord) => `${Object.values(event).map(csvCell).join()}\r`,
  },
} as const;
export type Format = keyof typeof FORMATS;

type Event = ApiRecord & { readonly CreatedOn: string };

interface Page {
  readonly Records: readonly Event[];
  readonly TotalItems: number;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Whether the service said that it is busy. */
  readonly isWaiting: boolean;
}

interface Export {
  readonly filter: Readonly<Record<string, string | number | null | undefined>>;
  readonly format: Format;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Reads all events that match, the oldest first, and makes a file of them. Each request begins where the previous page ended, so the service never
 * counts through earlier pages, and events that are deleted or added meanwhile shift nothing.
 */
export async function exportTrail({
  filter,
  format,
  signal,
  onProgress,
}: Export): Promise<{ file: Blob; count: number }> {
  const { type, head, line } = FORMATS[format];
  const parts: string[] = [];
  let last: Event | undefined;
  let [page, done, total] = [1, 0, 0];
  for (;;) {
    const query = queryOf(filter, last?.CreatedOn, page);
    const { Records: records, TotalItems: matches } = await read(query, signal, () => {
      onProgress({ done, total, isWaiting: true });
    });
    const fresh = records.filter((event) => isAfter(event, last));
    total = Math.max(total, done + matches);
    done += fresh.length;
    if (parts.length === 0 && records[0]) parts.push(head(Object.keys(records[0])));
    parts.push(fresh.map((event) => `${line(event)}\n`).join(''));
    onProgress({ done, total, isWaiting: false });
    if (records.length < PAGE_SIZE) return { file: new Blob(parts, { type }), count: done };
    // A second may have more events than a page.
    page = records[0]?.CreatedOn === records.at(-1)?.CreatedOn ? page + 1 : 1;
    last = records.at(-1);
  }
}

function queryOf(filter: Export['filter'], after: string | undefined, page: number): string {
  const query = new URLSearchParams({ orderBy: 'CreatedOn', dir: '0', size: String(PAGE_SIZE), page: String(page) });
  for (const [name, value] of Object.entries(filter)) if (value !== '' && value != null) query.set(name, String(value));
  if (after !== undefined) query.set('from_AuditTrailEntry_CreatedOn', after);
  return query.toString();
}

/** The next page begins with the second in which the previous page ended. */
function isAfter(event: Event, last: Event | undefined): boolean {
  return !last || event.CreatedOn > last.CreatedOn || (event.CreatedOn === last.CreatedOn && event.Id > last.Id);
}

/** Waits while the service is too busy for another page. */
async function read(query: string, signal: AbortSignal, onWait: () => void): Promise<Page> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return (await call<Page>(`${PATH}?${query}`)).body;
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== BUSY) throw error;
      onWait();
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }
}

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Gives a file to the browser to save. */
export function save(file: Blob, name: string): void {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}
