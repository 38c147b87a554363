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

/** A seal as it is stored. */
export interface Seal extends SealContent {
  readonly link: string;
  readonly mac: string;
  readonly prunedOn: number | null;
  readonly prunedMac: string | null;
}

/** What a seal says of the events of a range: the new seal of the range has it. */
export type Range = Pick<SealContent, 'count' | 'toId' | 'newestOn' | 'digest' | 'createdOn'>;

/** The newest seal, and what the database has now as the link of a seal that this process saw earlier. */
export type Latest = Seal & { readonly known: string | null };

/** A seal, with number and digest of the events that its range has now. */
export type MeasuredSeal = Seal & { readonly foundCount: number; readonly foundDigest: string };

/** A seal whose events have expired, what its range holds now, and the time by the database's clock. */
export type ExpiredSeal = MeasuredSeal & { readonly now: number };
