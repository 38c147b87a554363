import { Injectable } from '@nestjs/common';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';

/** The content of a refresh token: its record, and the generation. */
export interface RefreshTokenClaims {
  readonly id: number;
  readonly uniqueId: string;
  readonly generation: number;
}

const PREFIX = 'tsr_';
const VERSION = 1;
/** The byte offsets of the parts: version, key number, Id, UniqueId, generation, MAC, CRC-32. */
const AT = { version: 0, keyNumber: 1, id: 2, uniqueId: 10, generation: 26, mac: 30, crc: 62, end: 66 } as const;
const FORM = new RegExp(`^${PREFIX}[\\w-]{${(AT.end * 4) / 3}}$`);

/**
 * The wire form of a refresh token: `tsr_` and base64url of its parts. Secret scanners recognise a token by its prefix and checksum. The
 * HMAC-SHA-256 under a key of the service's secret proves, without a query, that the service issued this generation. A token depends only
 * on its content and the key, so the current token can be derived again for a client whose answer was lost.
 */
@Injectable()
export class RefreshTokenCodec {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(settings: Settings) {
    this.keys = deriveKeys('refresh-token-mac', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** The token under the current secret. */
  encode(claims: RefreshTokenClaims): string {
    return encodeUnder(this.keys[0], claims);
  }

  /** The token under every accepted secret, the current secret first. */
  encodeUnderAll(claims: RefreshTokenClaims): string[] {
    return this.keys.map((key) => encodeUnder(key, claims));
  }

  /** Whether this token of the service, with these claims, was made under an earlier secret. */
  isOfEarlierSecret(token: string, claims: RefreshTokenClaims): boolean {
    return this.keys.length > 1 && this.encode(claims) !== token;
  }

  /** The claims of a token; undefined when the service did not issue the token. */
  decode(token: string): RefreshTokenClaims | undefined {
    if (!FORM.test(token)) return undefined;
    const bytes = Buffer.from(token.slice(PREFIX.length), 'base64url');
    if (bytes.readUInt32BE(AT.crc) !== crc32(bytes.subarray(0, AT.crc)) || bytes[AT.version] !== VERSION)
      return undefined;
    const said = bytes.subarray(0, AT.mac);
    const mac = bytes.subarray(AT.mac, AT.crc);
    const isOurs = this.keys.some(
      ({ number, key }) => number === bytes[AT.keyNumber] && timingSafeEqual(mac, macOf(said, key)),
    );
    if (!isOurs) return undefined;
    return {
      id: Number(bytes.readBigUInt64BE(AT.id)),
      uniqueId: toUuid(bytes.subarray(AT.uniqueId, AT.generation)),
      generation: bytes.readUInt32BE(AT.generation),
    };
  }
}

function encodeUnder({ number, key }: DerivedKey, { id, uniqueId, generation }: RefreshTokenClaims): string {
  const bytes = Buffer.alloc(AT.end);
  bytes.writeUInt8(VERSION, AT.version);
  bytes.writeUInt8(number, AT.keyNumber);
  bytes.writeBigUInt64BE(BigInt(id), AT.id);
  bytes.write(uniqueId.replaceAll('-', ''), AT.uniqueId, 'hex');
  bytes.writeUInt32BE(generation, AT.generation);
  macOf(bytes.subarray(0, AT.mac), key).copy(bytes, AT.mac);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, AT.crc)), AT.crc);
  return PREFIX + bytes.toString('base64url');
}

function macOf(said: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(said).digest();
}

function toUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
