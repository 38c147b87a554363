import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes lines to stdout, no faster than they are read. */
export async function writeLines(lines: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(lines), process.stdout, { end: false });
  } catch (error) {
    // The reader of stdout has stopped reading, such as `| head`.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
