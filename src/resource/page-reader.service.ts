import { Injectable } from '@nestjs/common';
import { inOrder, type Records, type Slices } from './search.js';
import { Turns } from './turns.js';
import { StatementsService, type Statement } from '../database/statements.service.js';

/** A page up to this size is read by one statement; a larger one in slices of about this size. */
const SLICE_BYTES = 1_048_576;
const LIMITS = { atTheSameTime: 4, waiting: 50, waitMs: 5_000 };

/** How the records of a page are read. */
export interface PageStatements {
  /** Reads the page if it is small, with the event of that: made by `pageSql`. */
  readonly page: Statement;
  /** Reads some of its records: $1 ids. */
  readonly slice: Statement;
  /** Writes the event of a page that is not small: $1 ids, and then what `page` takes from $3 on. */
  readonly event?: Statement;
}

/** A page to read. */
export interface PageRequest<Row, T> {
  readonly ids: readonly number[];
  readonly statements: PageStatements;
  /** What the statements take after the ids: who reads, and why. */
  readonly act: readonly unknown[];
  /** Whose turn a large page takes. */
  readonly reader: string;
  readonly viewOf: (row: Row) => T;
}

interface Found extends Record<string, unknown> {
  readonly foundId: number;
  readonly bytes: number;
  readonly fits: boolean;
}

/**
 * SQL: reads the records of a page, if they are small together. `found` selects them by $1 ids, each with its size as `bytes`; $2 is how
 * many bytes are small. A page that is larger gives the sizes alone, and `event`, the SQL of a further part of the WITH, is to write
 * nothing then: `page.fits` says so.
 */
export function pageSql(found: string, columns: string, event?: string): string {
  return `WITH act AS (${found}),
    page AS (SELECT coalesce(sum(bytes), 0) <= $2::bigint AS fits FROM act)${event ? `, event AS (${event})` : ''}
    SELECT act.id AS "foundId", act.bytes::int, page.fits, shown.*
    FROM page, act LEFT JOIN LATERAL (SELECT ${columns} WHERE page.fits) shown ON true`;
}

/**
 * Reads the records of pages with little memory, however large they are: a small page by one statement; a large one slice by slice, as
 * its client takes it. Each user reads one large page at a time, and a process reads four.
 */
@Injectable()
export class PageReaderService {
  private readonly turns = new Turns(LIMITS);

  constructor(private readonly statements: StatementsService) {}

  /**
   * The records in the order of the ids. Those that were deleted meanwhile are left out.
   * @throws AppError 429 when the page is large and the reader, or too many others, read a large one already
   */
  async read<Row extends { readonly id: number }, T>(request: PageRequest<Row, T>): Promise<Records<T>> {
    const { ids, statements, act, reader, viewOf } = request;
    const rows = await this.statements.run<Found & Row>(statements.page, [ids, SLICE_BYTES, ...act]);
    if (rows.every(({ fits }) => fits)) return inOrder(ids, rows).map(viewOf);
    const slices = slicesOf(ids, rows);
    const close = await this.turns.take(reader);
    try {
      if (statements.event) await this.statements.run(statements.event, [slices.flat(), ...act]);
      return await this.begin(slices, request, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Reads the first slice before the answer begins: a failure until then is answered like any other. */
  private async begin<Row extends { readonly id: number }, T>(
    slices: readonly (readonly number[])[],
    { statements, viewOf }: PageRequest<Row, T>,
    close: () => void,
  ): Promise<Slices<T>> {
    const readOne = async (ids: readonly number[]): Promise<T[]> => {
      const rows = await this.statements.run<Row & Record<string, unknown>>(statements.slice, [ids]);
      return inOrder(ids, rows).map(viewOf);
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

/** Cuts the ids of a page where the records together become larger than a slice; a record that is larger is a slice by itself. */
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
