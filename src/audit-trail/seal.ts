/** The content of a link of the chain. Times are whole seconds since 1970. */
export interface SealContent {
  readonly id: number;
  readonly version: number;
  readonly fromId: number;
  readonly toId: number;
  readonly count: number;
  readonly newestOn: number;
  readonly digest: string;
  readonly previous: string;
  readonly createdOn: number;
}

/** What an erasure did to the events of a seal. */
export interface RangeErasure {
  /** What the erasure wrote in the place of the person's name. Its event `user-erased` has it as the subject. */
  readonly pseudonym: string;
  /** The digest of the events after the erasure. */
  readonly digest: string;
  /** How many events it changed. */
  readonly events: number;
  readonly erasedOn: number;
}

/** A seal as it is stored. */
export interface Seal extends SealContent {
  readonly link: string;
  readonly mac: string;
  readonly prunedOn: number | null;
  readonly prunedMac: string | null;
  /** The erasures that changed its events, in their order; null if none did. */
  readonly erasures: readonly RangeErasure[] | null;
  readonly erasedMac: string | null;
}

/** The members of a new seal that describe the events of its range. */
export type Range = Pick<SealContent, 'count' | 'toId' | 'newestOn' | 'digest' | 'createdOn'>;

/** The newest seal, and the present link of a seal that this process saw earlier. */
export type Latest = Seal & { readonly known: string | null };

/** A seal, with the number and digest of the events that are now in its range. */
export type MeasuredSeal = Seal & { readonly foundCount: number; readonly foundDigest: string };

/**
 * A seal whose events have expired, the number and digest of the events that are now in its range, and the time by the database's clock.
 */
export type ExpiredSeal = MeasuredSeal & { readonly now: number };
