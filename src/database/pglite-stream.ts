import type { PGlite } from '@electric-sql/pglite';
import { Duplex } from 'node:stream';

/**
 * A stream that the `pg` driver uses as its socket. It passes bytes of the PostgreSQL protocol to an embedded PGlite and back. PGlite has a
 * single session, so at most one stream may be open at a time (a pool of one). A new stream first clears what the previous stream left: an
 * open transaction, prepared statements, settings.
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
    // `_write` pushes answers when they arrive.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const answer: Buffer[] = [];
    // execProtocolRaw would also parse each answer and keep the results for ever. The bytes are copied, because they are a view of the
    // database's memory.
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
