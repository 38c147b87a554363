import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { JobsService } from '../jobs/jobs.service.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { GuessLimitsRepository, type GuessLimit, type KeyedLimit } from './guess-limits.repository.js';
import { TooManyAttempts } from './too-many-attempts.js';

/** What guesses count for: a name, of which the database keeps an HMAC only, and its limit. */
export interface GuessCounter {
  readonly name: string;
  readonly limit: GuessLimit;
}

/** Where a guess counts. */
export interface Guess {
  /** The guess's own counter. Where it was right within 90 days, it is the only one. */
  readonly own: GuessCounter;
  /** Counters that it shares with other guesses. */
  readonly shared?: readonly GuessCounter[];
  /** A shared counter whose block is for guesses whose own counter has a failure already. */
  readonly total?: GuessCounter;
}

/** A guess that is counted as a failure until it is settled. */
export interface Reservation {
  readonly own: string;
  readonly shared: readonly string[];
  /** When it was counted, in seconds since 1970, by the database's clock. */
  readonly at: number;
  /** For how long the own counter blocks further guesses from now on, in seconds; 0 when it does not. */
  readonly ownBlock: number;
}

/** So often a guess is tried whose counter began to block while its statement ran. The second try sees that block. */
const ATTEMPTS = 3;
const FORGET_EVERY_SECONDS = 600;
const FORGET_AT_ONCE = 1_000;

/**
 * Limits guesses of any kind. A guess is counted as a failure before it is evaluated, in one statement that checks all its limits under
 * the locks of their rows, and is given back when it was none. Guesses of many processes that come at the same moment are therefore
 * evaluated no more often than guesses that come one by one. The counters are in the database: neither a restart nor another process
 * forgets them. They are known by their HMAC, since people type passwords where a user name belongs.
 */
@Injectable()
export class GuessLimitsService implements OnModuleInit {
  private readonly key: DerivedKey;

  constructor(
    private readonly counters: GuessLimitsRepository,
    private readonly jobs: JobsService,
    settings: Settings,
  ) {
    // A new secret forgets all failures; that harms nobody.
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
   * Counts a guess as a failure, before it is evaluated. One statement; one or two more when guesses that come at the same moment use
   * up a limit. @throws AppError 429 too_many_attempts with `Retry-After` while one of its counters blocks: then nothing is counted
   */
  async reserve({ own, shared = [], total }: Guess): Promise<Reservation> {
    const keyed = ({ name, limit }: GuessCounter): KeyedLimit => ({ key: this.digest(name), limit });
    const counters = { own: keyed(own), shared: shared.map(keyed), total: total && keyed(total) };
    const others = counters.shared.length + (total ? 1 : 0);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { wait, isKnown, counted, at, ownBlock } = await this.counters.reserve(counters);
      if (wait !== null) throw new TooManyAttempts(wait);
      if (isKnown === null) continue;
      const reservation = { own: counters.own.key, shared: counted.sort(), at, ownBlock: ownBlock ?? 0 };
      if (isKnown || counted.length === others) return reservation;
      await this.giveBack(reservation);
    }
    throw new TooManyAttempts(1);
  }

  /** The guess was right: its own counter begins again, and the shared ones get their failure back. One statement for all. */
  async settle(guess: Reservation, ...more: readonly Reservation[]): Promise<void> {
    const right = [guess, ...more].map(({ own }) => own);
    await this.counters.settle({ right, returned: guess.shared, at: guess.at });
  }

  /** The guess was not evaluated, or was none: nothing of it counts. One statement. */
  async giveBack({ own, shared, at }: Reservation): Promise<void> {
    await this.counters.settle({ right: [], returned: [own, ...shared], at });
  }

  private digest(name: string): string {
    return createHmac('sha256', this.key.key).update(name).digest('base64');
  }
}
