import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { JobsService } from '../jobs/jobs.service.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { textFault } from '../kernel/text.js';
import {
  GuessLimitsRepository,
  type CounterRow,
  type Counters,
  type CountSignIn,
  type GuessLimit,
  type KeyedLimit,
  type Reserved,
  type Settlement,
} from './guess-limits.repository.js';
import { TooManyAttempts } from './too-many-attempts.js';
import type { User } from './user.entity.js';

/** A counter of guesses: its name, which the database stores only as an HMAC, and its limit. */
export interface GuessCounter {
  readonly name: string;
  readonly limit: GuessLimit;
}

/** The counters of a guess. */
export interface Guess {
  /** The guess's own counter. If a guess with this counter was right within 90 days, only this counter applies. */
  readonly own: GuessCounter;
  /** Counters that the guess shares with other guesses. */
  readonly shared?: readonly GuessCounter[];
  /** A shared counter that blocks only guesses whose own counter already has a failure. */
  readonly total?: GuessCounter;
}

/** A guess that is counted as a failure until it is settled. */
export interface Reservation {
  readonly own: string;
  readonly shared: readonly string[];
  /** When the guess was counted, in seconds since 1970, by the database's clock. */
  readonly at: number;
  /** How many seconds the own counter blocks further guesses from now on; 0 when it does not block. */
  readonly ownBlock: number;
}

/** The most attempts to count a guess. A counter may begin to block while the statement runs; the second attempt sees this block. */
const ATTEMPTS = 3;
const FORGET_EVERY_SECONDS = 600;
const FORGET_AT_ONCE = 1_000;

/**
 * Limits guesses of any kind. Before a guess is evaluated, one statement locks the rows of its counters, checks all its limits and counts
 * the guess as a failure. If the guess was not a failure, it is given back. So concurrent guesses of many processes are evaluated no more
 * often than guesses that come one after another. The counters are in the database, so they survive a restart, and all processes share
 * them. The database stores their names only as HMACs, because people type passwords into the field for the user name.
 */
@Injectable()
export class GuessLimitsService implements OnModuleInit {
  private readonly key: DerivedKey;

  constructor(
    private readonly counters: GuessLimitsRepository,
    private readonly jobs: JobsService,
    settings: Settings,
  ) {
    // After a change of the secret, all counters begin again. This does no harm.
    [this.key] = deriveKeys('throttle-key', settings.TESSERA_SECRET, []);
  }

  onModuleInit(): void {
    this.jobs.register({
      name: 'login-failures',
      description: 'Forgets failed sign-ins that no longer count.',
      every: FORGET_EVERY_SECONDS,
      batchSize: FORGET_AT_ONCE,
      batch: (size) => this.counters.forget(size),
    });
  }

  /**
   * Counts a guess as a failure, before it is evaluated. It runs one statement, or up to three when concurrent guesses use up a limit.
   * @throws AppError 429 too_many_attempts with `Retry-After` while one of its counters blocks; then nothing is counted
   */
  async reserve(guess: Guess): Promise<Reservation> {
    return (await this.count(guess, (counters) => this.counters.reserve(counters))).reservation;
  }

  /** The same for a guess at a password, with the user of this e-mail as the row says, or null. */
  async reserveSignIn(
    guess: Guess,
    email: string,
    count?: CountSignIn,
  ): Promise<{ reservation: Reservation; user: User | null }> {
    const name = textFault(email) ? '' : email.toLowerCase();
    const { reservation, reserved } = await this.count(guess, (counters) =>
      this.counters.reserveSignIn(counters, name, count),
    );
    return { reservation, user: reserved.user };
  }

  /** How right guesses are settled: their own counters begin again, and the failure is taken back from the shared counters. */
  settlementOf(guess: Reservation, ...more: readonly Reservation[]): Settlement {
    return { right: [guess, ...more].map(({ own }) => own), returned: guess.shared, at: guess.at };
  }

  /** Settles guesses, in one statement. The beginning of a session can do it too, in its own statement. */
  async settle(settlement: Settlement): Promise<void> {
    await this.counters.settle(settlement);
  }

  /** Takes a failure back, in one statement: the guess was not evaluated, or the attempt was not a guess. */
  async giveBack({ own, shared, at }: Reservation): Promise<void> {
    await this.counters.settle({ right: [], returned: [own, ...shared], at });
  }

  /** The counters of these names, each with its name. */
  async named(names: readonly string[]): Promise<(CounterRow & { readonly name: string })[]> {
    const known = new Map(names.map((name) => [this.digest(name), name]));
    const rows = await this.counters.withKeys([...known.keys()]);
    return rows.map((row) => ({ ...row, name: known.get(row.key) ?? '' }));
  }

  /** Deletes the counters of these names, and returns their number. */
  forgetNamed(names: readonly string[]): Promise<number> {
    return this.counters.forgetKeys(names.map((name) => this.digest(name)));
  }

  private async count<R extends Reserved>(
    { own, shared = [], total }: Guess,
    reserve: (counters: Counters) => Promise<R>,
  ): Promise<{ reservation: Reservation; reserved: R }> {
    const keyed = ({ name, limit }: GuessCounter): KeyedLimit => ({ key: this.digest(name), limit });
    const counters = { own: keyed(own), shared: shared.map(keyed), total: total && keyed(total) };
    const others = counters.shared.length + (total ? 1 : 0);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const reserved = await reserve(counters);
      const { wait, isKnown, counted, at, ownBlock } = reserved;
      if (wait !== null) throw new TooManyAttempts(wait);
      if (isKnown === null) continue;
      const reservation = { own: counters.own.key, shared: counted.sort(), at, ownBlock: ownBlock ?? 0 };
      if (isKnown || counted.length === others) return { reservation, reserved };
      await this.giveBack(reservation);
    }
    throw new TooManyAttempts(1);
  }

  private digest(name: string): string {
    return createHmac('sha256', this.key.key).update(name).digest('base64');
  }
}
