import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../src/config/settings.js';
import { RefreshTokenCodec } from '../../src/sessions/refresh-token.codec.js';

/** The codec of a service with these secrets. */
export function codecOf(secret: string, ...previous: string[]): RefreshTokenCodec {
  return new RefreshTokenCodec({ TESSERA_SECRET: secret, TESSERA_SECRET_PREVIOUS: previous } as unknown as Settings);
}

/** The secret that an embedded service keeps. */
export function secretOf(dataDir: string): string {
  return readFileSync(join(dataDir, 'secret'), 'utf8').trim();
}
