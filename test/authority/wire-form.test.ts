import type { INestApplicationContext } from '@nestjs/common';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { StatementsService } from '../../src/database/statements.service.js';
import { RedemptionService } from '../../src/sessions/redemption.service.js';
import { codecOf } from '../support/codec.js';
import { startInProcess } from '../support/in-process.js';

const SECRET = 'a secret of the service that is long enough for it';
const OTHER = 'another secret of a service, as long as the first is';
const codec = codecOf(SECRET);
const BITS = 66 * 8;

const claims = fc.record({
  id: fc.nat(Number.MAX_SAFE_INTEGER).map((id) => id + 1),
  uniqueId: fc.uuid(),
  generation: fc.integer({ min: 0, max: 0xffff_ffff }),
});

const bytesOf = (token: string): Buffer => Buffer.from(token.slice(4), 'base64url');
const tokenOf = (bytes: Buffer): string => `tsr_${bytes.toString('base64url')}`;

/** The token with one bit flipped. The checksum can be corrected afterwards, as a forger would do. */
function flip(token: string, bit: number, fits: boolean): string {
  const bytes = bytesOf(token);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  if (fits) bytes.writeUInt32BE(crc32(bytes.subarray(0, 62)), 62);
  return tokenOf(bytes);
}

describe('the wire form', () => {
  it('decodes to its input, and no other text decodes to the same input', () => {
    fc.assert(
      fc.property(claims, (said) => {
        const token = codec.encode(said);
        expect(token).toMatch(/^tsr_[\w-]{88}$/);
        expect(codec.decode(token)).toEqual(said);
        expect(codec.encode(said)).toBe(token);
      }),
    );
  });

  it('is refused with any one bit turned over, and with the checksum made to fit', () => {
    fc.assert(
      fc.property(claims, fc.boolean(), (said, fits) => {
        const token = codec.encode(said);
        for (let bit = 0; bit < BITS; bit++) {
          const forged = flip(token, bit, fits);
          if (forged !== token) expect(codec.decode(forged)).toBeUndefined();
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is refused when shortened, extended, spelled differently, or with other characters', () => {
    fc.assert(
      fc.property(claims, fc.nat(91), fc.string({ minLength: 1, maxLength: 8 }), (said, length, more) => {
        const token = codec.encode(said);
        for (const forged of [
          token.slice(0, length),
          token + more,
          more + token,
          ` ${token}`,
          `${token}\n`,
          `${token}=`,
        ])
          expect(codec.decode(forged)).toBeUndefined();
        expect(codec.decode(`TSR_${token.slice(4)}`)).toBeUndefined();
      }),
    );
  });

  it('is refused for arbitrary text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(codec.decode(text)).toBeUndefined();
        expect(codec.decode(`tsr_${text}`)).toBeUndefined();
      }),
    );
  });

  it('is accepted under a previous secret, and refused under an unknown secret', () => {
    fc.assert(
      fc.property(claims, (said) => {
        const token = codec.encode(said);
        expect(codecOf(OTHER).decode(token)).toBeUndefined();
        expect(codecOf(OTHER, SECRET).decode(token)).toEqual(said);
        expect(codecOf(OTHER, SECRET).encodeUnderAll(said)).toEqual([codecOf(OTHER).encode(said), token]);
      }),
    );
  });
});

describe('a forged token', () => {
  let app: INestApplicationContext;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ app, stop } = await startInProcess());
  });
  afterAll(() => stop());

  it('costs no statement and writes no event; a genuine token of an unknown session does both', async () => {
    const run = jest.spyOn(app.get(StatementsService), 'run');
    const origin = { address: '127.0.0.1', userAgent: null, requestId: null };
    const redeem = (refreshToken: string): Promise<unknown> =>
      app.get(RedemptionService).redeem({
        refreshToken,
        clientId: undefined,
        origin,
        received: { from: performance.now(), until: performance.now() },
        isAbandoned: () => Promise.resolve(false),
      });
    const said = { id: 1, uniqueId: crypto.randomUUID(), generation: 0 };
    const forged = [codec.encode(said), 'x', '', `tsr_${'A'.repeat(88)}`, flip(codec.encode(said), 100, true)];
    for (const token of forged) await expect(redeem(token)).rejects.toMatchObject({ code: 'invalid_grant' });
    expect(run).not.toHaveBeenCalled();
    const { RefreshTokenCodec } = await import('../../src/sessions/refresh-token.codec.js');
    await expect(redeem(app.get(RefreshTokenCodec).encode(said))).rejects.toMatchObject({ code: 'invalid_grant' });
    expect(run).toHaveBeenCalled();
  });
});
