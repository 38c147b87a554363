import { formatDateTime } from '../kernel/date-time.js';
import type { Seal } from './seal.js';

/** What an erasure changed of the sealed events that still exist. */
export interface ErasedRanges {
  readonly pseudonym: string;
  /** Who made it; null when its event is gone. */
  readonly by: string | null;
  readonly erasedOn: string;
  readonly seals: number;
  readonly events: number;
}

/** Adds up the erasures that seals note. */
export class ErasureTotals {
  private readonly totals = new Map<string, { erasedOn: number; seals: number; events: number }>();

  /** The pseudonyms of the erasures. */
  get pseudonyms(): string[] {
    return [...this.totals.keys()];
  }

  /** Adds the erasures of a seal. */
  add({ erasures }: Seal): void {
    for (const { pseudonym, erasedOn, events } of erasures ?? []) {
      const total = this.totals.get(pseudonym) ?? { erasedOn, seals: 0, events: 0 };
      this.totals.set(pseudonym, { ...total, seals: total.seals + 1, events: total.events + events });
    }
  }

  /** The sums, with the authors by pseudonym. */
  by(authors: ReadonlyMap<string, string>): ErasedRanges[] {
    return [...this.totals].map(([pseudonym, { erasedOn, ...counts }]) => {
      const by = authors.get(pseudonym) ?? null;
      return { pseudonym, by, erasedOn: formatDateTime(new Date(erasedOn * 1_000)), ...counts };
    });
  }
}
