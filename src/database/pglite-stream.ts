import type { PGlite } from '@electric-sql/pglite';
import { Duplex } from 'node:stream';

/**
 * What the `pg` driver takes for its socket: bytes of the PostgreSQL protocol go to an embedded PGlite and come back from it.
 * PGlite has a single session, so at most one stream may be open at a time (a pool of one); a new stream first clears what the
 * one before left behind: an open transaction, prepared statements, settings.
 */
export class PgliteStream extends Duplex {
  constructor(private readonly database: PGlite) {
    super();
  }

  connect(): this {
    this.reset().then(
      () => this.emit('connect'),
      (error: unknown) => this.destroy(error as Error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const answer: Buffer[] = [];
    // Not execProtocolRaw: it also parses each answer, and keeps what it parsed for ever. The bytes are a view of the database's memory.
    const onRawData = (bytes: Uint8Array): void => void answer.push(Buffer.from(bytes));
    this.database.execProtocolRawStream(chunk, { onRawData }).then(
      () => {
        if (answer.length > 0) this.push(Buffer.concat(answer));
        done();
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  private async reset(): Promise<void> {
    await this.database.exec('ROLLBACK');
    await this.database.exec('DISCARD ALL');
  }
}
