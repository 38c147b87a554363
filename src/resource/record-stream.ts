import { StreamableFile } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { AppError } from '../kernel/app-error.js';
import type { Slices } from './search.js';
import { noteFailure } from '../http/failure.filter.js';

/** A client that takes less than a slice in this time is cut off: its memory and its turn are for others. */
const PATIENCE_MS = 30_000;

/** What stands around the records. */
interface Frame {
  readonly head: string;
  /** What follows them: written when it is known how many there were. */
  readonly tail: (shown: number) => string;
  /** Whether the total is estimated, which a header says. */
  readonly isEstimated: boolean;
}

/** The text of an answer, a part for each slice. No part is empty. */
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
 * Records as JSON: the next slice is read when the client has taken the previous one. A client that hangs up stops the reading. A failure
 * in the middle breaks the connection, so that an answer that was cut off never looks whole.
 */
class RecordStream extends Readable {
  private readonly parts: AsyncGenerator<string, void>;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly slices: Slices<unknown>,
    readonly frame: Frame,
  ) {
    super();
    this.parts = partsOf(slices, frame);
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
   * Says why, and ends without an end. An error of the stream itself would make whatever it flows through, such as compression, log it
   * as a fault of its own.
   */
  private breakOff(reason: unknown): void {
    this.emit('broken', reason);
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.patience);
    this.slices.close();
    done(error);
  }
}

/** The answer that sends these records as JSON, with what stands around them. */
export function streamRecords(slices: Slices<unknown>, frame: Frame): StreamableFile {
  return new StreamableFile(new RecordStream(slices, frame), { type: 'application/json; charset=utf-8' });
}

/** Adds to streamed records the header of an estimated total (contract 1.6), and logs it when they break off. */
export function addRecordStreams(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof RecordStream) {
      if (payload.frame.isEstimated) reply.header('x-total-items', 'estimated');
      payload.once('broken', (error: unknown) => {
        noteFailure(error, request);
        request.log.warn({ failure: request.failure }, 'answer broken off');
      });
    }
    done(null, payload);
  });
}

function tooSlow(): AppError {
  const message = `The client took less than a part of the answer in ${PATIENCE_MS / 1_000} seconds.`;
  return new AppError('client_too_slow', 408, message, { detail: message });
}
