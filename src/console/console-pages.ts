import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const PAGES = join(import.meta.dirname, 'pages');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SUFFIXES = { br: '.br', gzip: '.gz' } as const;

/** A file of the console in the encoding that a client accepts. Without `encoding`, the content is not compressed. */
export interface PageFile {
  readonly content: Buffer;
  readonly type: string;
  readonly encoding?: keyof typeof SUFFIXES;
}

/** The built files of the console. The build compresses each file with Brotli and gzip, and keeps only these two. */
export class ConsolePages {
  /** Sources that run without a build have no pages. */
  private readonly names = new Set(
    (existsSync(PAGES) ? readdirSync(PAGES) : [])
      .filter((name) => name.endsWith(SUFFIXES.gzip))
      .map((name) => basename(name, SUFFIXES.gzip)),
  );

  /** The file of this name, or undefined if there is none. `accepted` is the `Accept-Encoding` of the request. */
  async find(name: string, accepted = ''): Promise<PageFile | undefined> {
    if (!this.names.has(name)) return undefined;
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    for (const encoding of ['br', 'gzip'] as const)
      if (accepts(encoding, accepted)) return { content: read(name, SUFFIXES[encoding]), type, encoding };
    return { content: await promisify(gunzip)(read(name, SUFFIXES.gzip)), type };
  }
}

function read(name: string, suffix: string): Buffer {
  return readFileSync(join(PAGES, name + suffix));
}

/** Whether the client names the encoding and does not exclude it with `q=0` (RFC 9110, section 12.5.3). */
function accepts(encoding: string, accepted: string): boolean {
  return accepted
    .toLowerCase()
    .split(',')
    .map((part) => part.replaceAll(' ', '').split(';'))
    .some(([name, quality]) => name === encoding && !/^q=0(\.0*)?$/.test(quality ?? ''));
}
