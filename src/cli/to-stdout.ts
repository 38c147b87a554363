import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes texts to stdout, each when the reader has taken the previous text. If the reader stops reading, such as `| head`, the rest is not read. */
export async function toStdout(texts: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(texts), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
