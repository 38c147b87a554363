import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../kernel/app-error.js';

const LIMIT_BYTES = 4 * 1024 ** 3;

/**
 * Runs work on a file that is read more than once. `-` means stdin, which is copied to a temporary file of this user.
 * @throws AppError when stdin is longer than 4 GiB, and every error of the work
 */
export async function withFile(file: string, work: (path: string) => Promise<void>): Promise<void> {
  if (file !== '-') {
    await work(file);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'tessera-stdin-'));
  try {
    const path = join(folder, 'stdin');
    await pipeline(process.stdin, bounded(), createWriteStream(path, { mode: 0o600 }));
    await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function bounded(): Transform {
  let bytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      const isTooLong = bytes > LIMIT_BYTES;
      done(
        isTooLong
          ? new AppError('bad_file', 400, 'Stdin is longer than 4 GiB. Write it to a file and name the file.')
          : null,
        chunk,
      );
    },
  });
}
