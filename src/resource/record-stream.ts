import { StreamableFile } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { AppError } from '../kernel/app-error.js';
import type { Slices } from './search.js';
import { noteFailure } from '../http/failure.filter.js';

/** A client that reads less than a slice in this time is disconnected, so that others can use its memory and its turn. */
const PATIENCE_MS = 30_000;

/** The JSON around the records. */
interface Frame {
  readonly head: string;
  /** The JSON after the records. It is written when the number of records is known. */
  readonly tail: (shown: number) => string;
  /** Whether the total is an estimate. A header marks an estimate. */
  readonly isEstimated: boolean;
}

/** The JSON of a response, one part for each slice. No part is empty. */
async function* partsOf<T>(slices: Slices<T>, { head, tail }: Frame): AsyncGenerator<string, void> {
  yield head;
  let shown = 0;
  for (let slice = await slices.next(); slice; slice = await slices.next()) {
    if (slice.length === 0) continue;
    yield (shown > 0 ? ',' : '') + slice.map((record) => JSON.stringify(record)).join(',');
    shown += slice.length;
  }
  yield tail(shown);
}

/**
 * Streams records as JSON. The stream reads the next slice when the client has taken the previous slice. If the client disconnects, the
 * stream stops reading. A failure in the middle breaks the connection, so that an incomplete response never looks complete.
 */
class RecordStream extends Readable {
  private patience: NodeJS.Timeout | undefined;

  /** `isEstimated` says whether the total is an estimate, and `close` stops the reading. */
  constructor(
    private readonly parts: AsyncGenerator<string, void>,
    readonly isEstimated: boolean,
    private readonly close: () => void,
  ) {
    super();
  }

  override _read(): void {
    clearTimeout(this.patience);
    this.parts.next().then(
      ({ value, done }) => {
        if (this.destroyed) return;
        this.push(done ? null : value);
        if (!done)
          this.patience = setTimeout(() => {
            this.breakOff(tooSlow());
          }, PATIENCE_MS).unref();
      },
      (error: unknown) => {
        this.breakOff(error);
      },
    );
  }

  /**
   * Reports the reason and closes the connection. It does not emit a stream error: every stage that the data flows through, such as
   * compression, would log that error again.
   */
  private breakOff(reason: unknown): void {
    this.emit('broken', reason);
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.patience);
    this.close();
    done(error);
  }
}

/** The response that sends these records as JSON inside the frame. */
export function streamRecords(slices: Slices<unknown>, frame: Frame): StreamableFile {
  const close = (): void => {
    slices.close();
  };
  return asJson(new RecordStream(partsOf(slices, frame), frame.isEstimated, close));
}

/** The response that sends the parts of a JSON text, in the same way. */
export function streamJson(parts: AsyncGenerator<string, void>): StreamableFile {
  return asJson(new RecordStream(parts, false, () => void parts.return().catch(() => undefined)));
}

function asJson(stream: RecordStream): StreamableFile {
  return new StreamableFile(stream, { type: 'application/json; charset=utf-8' });
}

/** The response that sends the records of these pages as JSON, one per line. The first page was read already; no page is empty. */
export function streamLines<T>(
  first: IteratorResult<readonly T[], void>,
  pages: AsyncGenerator<readonly T[], void>,
  viewOf: (record: T) => object,
): StreamableFile {
  const stream = new RecordStream(linesOf(first, pages, viewOf), false, () => void pages.return());
  return new StreamableFile(stream, { type: 'application/x-ndjson' });
}

async function* linesOf<T>(
  first: IteratorResult<readonly T[], void>,
  pages: AsyncGenerator<readonly T[], void>,
  viewOf: (record: T) => object,
): AsyncGenerator<string, void> {
  for (let page = first; !page.done; page = await pages.next())
    yield page.value.map((record) => `${JSON.stringify(viewOf(record))}\n`).join('');
}

/** Adds the header of an estimated total to streamed responses (contract 1.6), and logs responses that break off. */
export function addRecordStreams(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof RecordStream) {
      if (payload.isEstimated) reply.header('x-total-items', 'estimated');
      payload.once('broken', (error: unknown) => {
        noteFailure(error, request);
        request.log.warn({ failure: request.failure }, 'answer broken off');
      });
    }
    done(null, payload);
  });
}

function tooSlow(): AppError {
  const message = `The client read less than one part of the answer in ${PATIENCE_MS / 1_000} seconds.`;
  return new AppError('client_too_slow', 408, message, { detail: message });
}
