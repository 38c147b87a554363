import { Injectable } from '@nestjs/common';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import {
  ADDRESSES_OF,
  COUNTERS,
  FORGET,
  FORGET_COUNTERS,
  RESERVE,
  RESERVE_SIGN_IN,
  SETTLE,
  type CounterRow,
  type Reserved,
  type ReservedRow,
  type Settlement,
  type SignInGuess,
} from './guess-limits.statements.js';
import type { User } from './user.entity.js';

export type { CounterRow, Reserved, Settlement } from './guess-limits.statements.js';

/** Counts a guess at a password and reads the user, and perhaps more that the sign-in needs, in one statement. */
export type CountSignIn = (guess: SignInGuess) => Promise<ReservedRow>;

/** How many events are looked through for the addresses of a user. */
const LOOKED_THROUGH = 10_000;

/** `free` failures do not block. The next failure blocks for `seconds`, and each further failure for twice as long, up to `longest`. */
export interface GuessLimit {
  readonly free: number;
  readonly seconds: number;
  readonly longest: number;
}

/** The key of a counter in the database, and the limit of the counter. */
export interface KeyedLimit {
  readonly key: string;
  readonly limit: GuessLimit;
}

/**
 * The counters of a guess: its own counter, the counters that it shares, and the total. The total does not block guesses whose own counter
 * had no failure.
 */
export interface Counters {
  readonly own: KeyedLimit;
  readonly shared: readonly KeyedLimit[];
  readonly total: KeyedLimit | undefined;
}

/** Counters of failed guesses, in the table `login_throttles`. Each call is one statement. */
@Injectable()
export class GuessLimitsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** Checks all limits of a guess, and counts the guess as a failure unless a counter blocks. */
  reserve(counters: Counters): Promise<Reserved> {
    return this.statements.runForOne(RESERVE, valuesOf(counters));
  }

  /** The same for a guess at a password, with the user of this e-mail as the row says, or null. */
  async reserveSignIn(
    counters: Counters,
    email: string,
    count: CountSignIn = (guess) => this.statements.runForOne(RESERVE_SIGN_IN, guess),
  ): Promise<Reserved & { readonly user: User | null }> {
    const { wait, at, isKnown, ownBlock, counted, ...user } = await count({ ...valuesOf(counters), email });
    return { wait, at, isKnown, ownBlock, counted, user: user.email === null ? null : user };
  }

  /**
   * Settles guesses that were not failures. The `right` counters begin again. Each of the `returned` counters, in their order, loses the
   * failure that was counted at `at`.
   */
  settle(settlement: Settlement): Promise<unknown> {
    return this.statements.run(SETTLE, settlement);
  }

  /** The counters with these keys. */
  withKeys(keys: readonly string[]): Promise<CounterRow[]> {
    return this.statements.run(COUNTERS, { keys });
  }

  /** Deletes the counters with these keys, and returns their number. */
  forgetKeys(keys: readonly string[]): Promise<number> {
    return this.statements.runForCount(FORGET_COUNTERS, { keys });
  }

  /** The addresses from which a user came, as far as the newest events in the audit trail say. */
  async addressesOf(email: string): Promise<string[]> {
    const rows = await this.statements.run(ADDRESSES_OF, { email, limit: LOOKED_THROUGH });
    return rows.map(({ address }) => address);
  }

  /** Deletes at most `limit` counters that have no effect any more, and returns their number. */
  forget(limit: number): Promise<number> {
    return this.statements.runForCount(FORGET, { limit });
  }
}

function valuesOf({ own, shared, total }: Counters): GivenTo<typeof RESERVE> {
  const counters = [own, ...shared, ...(total ? [total] : [])];
  const column = (of: keyof GuessLimit): number[] => counters.map(({ limit }) => limit[of]);
  const limits = { free: column('free'), seconds: column('seconds'), longest: column('longest') };
  const keys = counters.map(({ key }) => key);
  return { keys, ...limits, ownKey: own.key, totalKey: total?.key ?? '' };
}
