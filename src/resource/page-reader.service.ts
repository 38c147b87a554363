import { Injectable } from '@nestjs/common';
import { inOrder, type Records, type Slices } from './search.js';
import { Turns } from './turns.js';

/** One statement reads a page up to this size. A larger page is read in slices of about this size. */
export const SLICE_BYTES = 1_048_576;
const LIMITS = { atTheSameTime: 4, waiting: 50, waitMs: 5_000 };

/** The parameters of a statement that `pageSql` makes: which records to read, and the most bytes of a small page. */
export const PAGE = { ids: 'bigint[]', smallBytes: 'bigint' } as const;

/** A record that was found: its id, its size, and whether the page is small. If the page is small, the row also has the record. */
export interface Found {
  readonly foundId: number;
  readonly bytes: number;
  readonly fits: boolean;
}

/** Reads the records of a page. A repository makes a source for each reader. */
export interface PageSource<Row> {
  /**
   * Reads the page if it is small, and writes the event of this read; otherwise reads only the sizes. The statement is made by `pageSql`.
   */
  small(ids: readonly number[], smallBytes: number): Promise<(Found & Row)[]>;
  /** Reads some of its records. */
  slice(ids: readonly number[]): Promise<Row[]>;
  /** Writes the event of a page that is not small. */
  noteLarge?(ids: readonly number[]): Promise<unknown>;
}

/** A page to read. */
export interface PageRequest<Row, T> {
  readonly ids: readonly number[];
  readonly source: PageSource<Row>;
  /** The user whose turn a large page takes. */
  readonly reader: string;
  readonly viewOf: (row: Row) => T;
}

/**
 * SQL that reads the records of a page if they are small together. `found` selects the records by `:ids`, each with its size as `bytes`;
 * `:smallBytes` is the limit in bytes. For a larger page, the rows contain only the sizes. `event` is SQL for another part of the WITH that
 * writes the audit event. `event` must write only if `page.fits` is true.
 */
export function pageSql(found: string, columns: string, event?: string): string {
  return `WITH act AS (${found}),
    page AS (SELECT coalesce(sum(bytes), 0) <= :smallBytes::bigint AS fits FROM act)${event ? `, event AS (${event})` : ''}
    SELECT act.id AS "foundId", act.bytes::int, page.fits, shown.*
    FROM page, act LEFT JOIN LATERAL (SELECT ${columns} WHERE page.fits) shown ON true`;
}

/**
 * Reads the records of pages with little memory. One statement reads a small page. A large page is read slice by slice, at the speed of its
 * client. Each user can read one large page at a time, and each process can read four.
 * @publicApi
 */
@Injectable()
export class PageReaderService {
  private readonly turns = new Turns(LIMITS);

  /**
   * The records in the order of the ids. Records that were deleted meanwhile are left out.
   * @throws AppError 429 when the page is large, and the reader or too many others already read a large page
   */
  async read<Row extends { readonly id: number }, T>(request: PageRequest<Row, T>): Promise<Records<T>> {
    const { ids, source, reader, viewOf } = request;
    const rows = await source.small(ids, SLICE_BYTES);
    if (rows.every(({ fits }) => fits)) return inOrder(ids, rows).map(viewOf);
    const slices = slicesOf(ids, rows);
    const close = await this.turns.take(reader);
    try {
      await source.noteLarge?.(slices.flat());
      return await this.begin(slices, request, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Reads the first slice before the response begins. So a failure of this read still gets an ordinary failure response. */
  private async begin<Row extends { readonly id: number }, T>(
    slices: readonly (readonly number[])[],
    { source, viewOf }: PageRequest<Row, T>,
    close: () => void,
  ): Promise<Slices<T>> {
    const readOne = async (ids: readonly number[]): Promise<T[]> => {
      return inOrder(ids, await source.slice(ids)).map(viewOf);
    };
    const rest = slices.slice(1).values();
    let first: T[] | undefined = await readOne(slices[0] ?? []);
    const next = async (): Promise<T[] | undefined> => {
      const read = first;
      first = undefined;
      if (read) return read;
      const { value: ids, done } = rest.next();
      return done ? undefined : readOne(ids);
    };
    return { next, close };
  }
}

/** Splits the ids of a page into slices of limited total size. A record larger than a slice gets its own slice. */
function slicesOf(ids: readonly number[], rows: readonly Found[]): number[][] {
  const sizes = new Map(rows.map(({ foundId, bytes }) => [foundId, bytes]));
  const slices: number[][] = [];
  let room = 0;
  for (const id of ids) {
    const bytes = sizes.get(id);
    if (bytes === undefined) continue;
    if (bytes > room) {
      slices.push([]);
      room = SLICE_BYTES;
    }
    slices.at(-1)?.push(id);
    room -= bytes;
  }
  return slices;
}
