import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { inOrder, type Records, type Slices } from './search.js';
import { Turns } from './turns.js';
import type { Statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';

/** One statement reads a page up to this size. A larger page is read in slices of about this size. */
const SLICE_BYTES = 1_048_576;
const LIMITS = { atTheSameTime: 4, waiting: 50, waitMs: 5_000 };

/** The parameters of a statement that `pageSql` makes: what to read, and how many bytes are a small page. */
export const PAGE = { ids: 'bigint[]', smallBytes: 'bigint' } as const;

interface Ids {
  readonly ids: readonly number[];
}

/** Of a record that was found: its id, its size, and whether the page is small. The record itself is there when it is. */
export interface Found {
  readonly foundId: number;
  readonly bytes: number;
  readonly fits: boolean;
}

/** How the records of a page are read. `Act` is what the statements take besides: who reads, and why. */
export interface PageStatements<Row, Act = object> {
  /** Reads the page if it is small, with the event of that: made by `pageSql`. */
  readonly page: Statement<Ids & { readonly smallBytes: number } & Act, Found & Row>;
  /** Reads some of its records. */
  readonly slice: Statement<Ids, Row>;
  /** Writes the event of a page that is not small. */
  readonly event?: Statement<Ids & Act>;
}

/** A page to read. */
export interface PageRequest<Row, Act, T> extends Ids {
  readonly statements: PageStatements<Row, Act>;
  readonly act: Act;
  /** Whose turn a large page takes. */
  readonly reader: string;
  readonly viewOf: (row: Row) => T;
  /** Runs before the views of these rows are made. */
  readonly prepare?: (rows: readonly Row[]) => Promise<void>;
  /** The transaction that the page and its event are part of. Slices that are read after the answer began are not. */
  readonly manager?: EntityManager;
}

/**
 * SQL that reads the records of a page if they are small together. `found` selects the records by $1 ids, each with its size as `bytes`; $2
 * is the limit in bytes. For a larger page, the rows contain only the sizes. `event` is SQL for another part of the WITH that writes the
 * audit event. `event` must write only if `page.fits` is true.
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
 */
@Injectable()
export class PageReaderService {
  private readonly turns = new Turns(LIMITS);

  constructor(private readonly statements: StatementsService) {}

  /**
   * The records in the order of the ids. Records that were deleted meanwhile are left out.
   * @throws AppError 429 when the page is large, and the reader or too many others already read a large page
   */
  async read<Row extends { readonly id: number }, Act extends object, T>(
    request: PageRequest<Row, Act, T>,
  ): Promise<Records<T>> {
    const { ids, statements, act, reader, manager } = request;
    const rows = await this.statements.run(statements.page, { ids, smallBytes: SLICE_BYTES, ...act }, manager);
    if (rows.every(({ fits }) => fits)) return viewsOf(inOrder(ids, rows), request);
    const slices = slicesOf(ids, rows);
    const close = await this.turns.take(reader);
    try {
      if (statements.event) await this.statements.run(statements.event, { ids: slices.flat(), ...act }, manager);
      return await this.begin(slices, request, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Reads the first slice before the answer begins: a failure until then is answered like any other. */
  private async begin<Row extends { readonly id: number }, Act, T>(
    slices: readonly (readonly number[])[],
    request: PageRequest<Row, Act, T>,
    close: () => void,
  ): Promise<Slices<T>> {
    const readOne = async (ids: readonly number[]): Promise<readonly T[]> => {
      const rows = await this.statements.run(request.statements.slice, { ids });
      return viewsOf(inOrder(ids, rows), request);
    };
    const rest = slices.slice(1).values();
    let first: readonly T[] | undefined = await readOne(slices[0] ?? []);
    const next = async (): Promise<readonly T[] | undefined> => {
      const read = first;
      first = undefined;
      if (read) return read;
      const { value: ids, done } = rest.next();
      return done ? undefined : readOne(ids);
    };
    return { next, close };
  }
}

async function viewsOf<Row, T>(
  rows: readonly Row[],
  { prepare, viewOf }: Pick<PageRequest<Row, object, T>, 'prepare' | 'viewOf'>,
): Promise<readonly T[]> {
  await prepare?.(rows);
  return rows.map((row) => viewOf(row));
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
