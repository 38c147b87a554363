import { clockLead } from '../kernel/clock-lead.js';

/**
 * How far a clock moves: the sum of the members.
 * @publicApi
 */
export interface TestDuration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

const SECONDS: Readonly<Record<keyof TestDuration, number>> = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 };
/** PostgreSQL knows later years, but `Date` and the four digits of a year do not. */
const MOST_SECONDS = 1_000 * 365 * SECONDS.days;

/**
 * The clock of a service under test. It starts at the real time and goes on by itself.
 *
 * By this clock the database stamps records, tokens and sessions expire, blocks after wrong guesses end and jobs become due. Timers and the
 * `Date` of JavaScript stay real.
 * @publicApi
 */
export class TestClock {
  /** @internal */
  constructor(private readonly isEmbedded: boolean) {
    this.reset();
  }

  /** The time by this clock. */
  now(): Date {
    return new Date(Date.now() + clockLead.ms);
  }

  /**
   * Moves the clock forward, for example by `{ hours: 1, seconds: 1 }`. A database whose clock goes back is not a case that the service
   * supports, so the clock of a test does not go back either.
   * @throws RangeError when a member is unknown, negative or no number, or all together are nothing or more than a thousand years
   * @throws Error when the service runs on PostgreSQL, whose clock does not move
   */
  advance(by: TestDuration): void {
    if (!this.isEmbedded)
      throw new Error('The clock of PostgreSQL does not move: start the test without DATABASE_URL to move it.');
    const seconds = secondsOf(by);
    if (seconds <= 0) throw new RangeError('The clock only moves forward: give a duration above zero.');
    if (clockLead.ms / 1_000 + seconds > MOST_SECONDS)
      throw new RangeError('The clock moves at most a thousand years forward.');
    clockLead.ms += seconds * 1_000;
  }

  /** @internal */
  reset(): void {
    clockLead.ms = 0;
  }
}

function secondsOf(by: TestDuration): number {
  return Object.entries(by as Readonly<Record<string, unknown>>).reduce((sum, [name, value]) => {
    if (!(name in SECONDS))
      throw new RangeError(`A duration has ${Object.keys(SECONDS).join(', ')}, and no ${JSON.stringify(name)}.`);
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      throw new RangeError(`The clock only moves forward: ${name} must be a number from 0, and is ${String(value)}.`);
    return sum + value * SECONDS[name as keyof TestDuration];
  }, 0);
}
