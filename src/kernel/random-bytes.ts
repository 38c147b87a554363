import { randomFillSync } from 'node:crypto';

const supply = Buffer.alloc(4096);
let used = supply.length;

/**
 * Returns up to 4,096 bytes of the system's random generator. Each byte is returned once, and then erased here. The bytes come from a
 * buffer that is filled as a whole, because each call of the generator takes some 2.5 microseconds, even for a few bytes.
 */
export function randomBytes(count: number): Buffer {
  if (used + count > supply.length) {
    randomFillSync(supply);
    used = 0;
  }
  const bytes = Buffer.from(supply.subarray(used, used + count));
  supply.fill(0, used, used + count);
  used += count;
  return bytes;
}
