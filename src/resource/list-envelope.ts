import type { StreamableFile, Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { areSlices, type Found, type Records, type Search } from './search.js';
import { streamRecords } from './record-stream.js';

/** Marks an envelope whose total is an estimate. The symbol is not part of the JSON. */
const IS_ESTIMATED = Symbol('is estimated');

const count = (example: number, format: 'int32' | 'int64', description?: string): PropertyDecorator =>
  ApiProperty({ type: 'integer', format, example, ...(description && { description }) });

/**
 * One page of a search (contract 1.6): thirteen members. `FirstItem` and `LastItem` count from 1; both are 0 on an empty page.
 * @publicApi
 */
export abstract class ListEnvelope<T> {
  readonly Records!: readonly T[];

  @count(1, 'int32')
  readonly CurrentPage!: number;

  @count(25, 'int32')
  readonly CurrentPageSize!: number;

  @ApiProperty({ example: 'Id' })
  readonly CurrentOrderField!: string;

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    enum: [0, 1],
    example: 0,
    description: '0 means ascending, 1 means descending.',
  })
  readonly CurrentSortDirection!: 0 | 1;

  @count(1, 'int64', 'Position of the first record of this page in the whole result, from 1; 0 on an empty page.')
  readonly FirstItem!: number;

  @count(1, 'int64', 'Position of the last record of this page in the whole result; 0 on an empty page.')
  readonly LastItem!: number;

  @count(
    1,
    'int64',
    'How many records match. Above 100,000 the number may be an estimate; the header `X-Total-Items` is then `estimated`.',
  )
  readonly TotalItems!: number;

  @count(1, 'int64')
  readonly TotalPages!: number;

  @ApiProperty({ example: false })
  readonly HasNextPage!: boolean;

  @ApiProperty({ example: false })
  readonly HasPreviousPage!: boolean;

  @count(1, 'int32')
  readonly PageNumber!: number;

  @count(25, 'int32')
  readonly PageSize!: number;

  readonly [IS_ESTIMATED]?: boolean;
}

/** The list envelope for one type of record, for the OpenAPI document. */
export function listEnvelopeOf<T>(record: Type<T>): Type<ListEnvelope<T>> {
  class ListOf extends ListEnvelope<T> {
    @ApiProperty({ type: [record] })
    override readonly Records!: readonly T[];
  }
  Object.defineProperty(ListOf, 'name', { value: `${record.name}List` });
  return ListOf;
}

/**
 * The response to a search: the list envelope with the records found. A page that comes in slices is streamed, with the same bytes.
 * @publicApi
 */
export function toListEnvelope<T>(search: Search, found: Found<T>): ListEnvelope<T> | StreamableFile {
  const { records } = found;
  if (!areSlices(records)) {
    return { Records: records, ...membersOf(search, found, records.length), [IS_ESTIMATED]: found.isEstimated };
  }
  const tail = (shown: number): string => `],${JSON.stringify(membersOf(search, found, shown)).slice(1)}`;
  return streamRecords(records, { head: '{"Records":[', tail, isEstimated: found.isEstimated });
}

/**
 * The response to a batch: a bare array of the records.
 * @publicApi
 */
export function toBatch<T>(records: Records<T>): readonly T[] | StreamableFile {
  if (!areSlices(records)) return records;
  return streamRecords(records, { head: '[', tail: () => ']', isEstimated: false });
}

/** The members of the envelope after the records. */
function membersOf<T>(search: Search, found: Found<T>, shown: number): Omit<ListEnvelope<T>, 'Records'> {
  const skipped = (search.page - 1) * search.size;
  return {
    CurrentPage: search.page,
    CurrentPageSize: search.size,
    CurrentOrderField: search.orderBy,
    CurrentSortDirection: search.descending ? 1 : 0,
    FirstItem: shown > 0 ? skipped + 1 : 0,
    LastItem: shown > 0 ? skipped + shown : 0,
    TotalItems: found.total,
    TotalPages: Math.ceil(found.total / search.size),
    HasNextPage: found.hasNext,
    HasPreviousPage: search.page > 1,
    PageNumber: search.page,
    PageSize: search.size,
  };
}

/** Adds the header that marks an estimated total (contract 1.6). */
export function addTotalItemsHeader(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', (_request, reply, payload, done) => {
    if ((payload as Partial<ListEnvelope<unknown>> | null)?.[IS_ESTIMATED]) reply.header('x-total-items', 'estimated');
    done(null, payload);
  });
}
