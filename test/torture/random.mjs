/**
 * Repeatable random choices: the same seed makes the same choices. Each actor has its own generator, named after the actor, so that
 * the choices of an actor do not depend on the speed of the others.
 */
export class Random {
  #state;

  constructor(seed) {
    this.seed = String(seed);
    this.#state = hash(this.seed);
  }

  /** The generator for the actor with this name. */
  fork(name) {
    return new Random(`${this.seed}/${name}`);
  }

  /** From 0 (included) to 1 (excluded): mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(choices) {
    return choices[this.between(0, choices.length - 1)];
  }

  /** One of the keys, chosen in proportion to its weight. */
  weighted(weights) {
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    let left = this.next() * total;
    for (const [key, weight] of Object.entries(weights)) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('Nothing to choose from.');
  }
}

/** A 32-bit hash of a text (FNV-1a). */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
