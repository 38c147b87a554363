import { createCipheriv, createHash } from 'node:crypto';

const STOCK = Buffer.alloc(65_536);

/** Repeatable random numbers and bytes: the same seed gives the same values. The source is the key stream of AES in counter mode. */
export class Chance {
  #stream;
  #stock = Buffer.alloc(0);
  #at = 0;

  constructor(seed) {
    this.#stream = createCipheriv('aes-256-ctr', createHash('sha256').update(String(seed)).digest(), Buffer.alloc(16));
  }

  /** Bytes that stay valid until the next call. */
  bytes(count) {
    if (this.#at + count > this.#stock.length) {
      this.#stock = this.#stream.update(STOCK);
      this.#at = 0;
    }
    this.#at += count;
    return this.#stock.subarray(this.#at - count, this.#at);
  }

  /** From 0 (included) to 1 (excluded). */
  number() {
    return this.bytes(4).readUInt32LE() / 2 ** 32;
  }

  /** From the first number (included) to the second (excluded). */
  between(from, to) {
    return from + this.number() * (to - from);
  }

  /** Text of this many base64url characters. */
  text(length) {
    return this.bytes(Math.ceil((length * 3) / 4))
      .toString('base64url')
      .slice(0, length);
  }
}

/** A number from 0 (included) to 1 (excluded) that depends only on the given whole numbers (the finalizer of MurmurHash3). */
export function scatter(...numbers) {
  let mixed = 0x9e3779b9;
  for (const number of numbers) {
    mixed = Math.imul(mixed ^ number, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return (mixed >>> 0) / 2 ** 32;
}
