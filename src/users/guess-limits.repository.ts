import { Injectable } from '@nestjs/common';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { FORGET, RESERVE, SETTLE, type Reserved } from './guess-limits.statements.js';

/** How many failures are free. The first one after them blocks for `seconds`, each further one for twice as long, up to `longest`. */
export interface GuessLimit {
  readonly free: number;
  readonly seconds: number;
  readonly longest: number;
}

/** A counter as the database knows it, and its limit. */
export interface KeyedLimit {
  readonly key: string;
  readonly limit: GuessLimit;
}

/** The counters of a guess: its own, those that it shares, and the total, which spares guesses whose own counter had no failure. */
export interface Counters {
  readonly own: KeyedLimit;
  readonly shared: readonly KeyedLimit[];
  readonly total: KeyedLimit | undefined;
}

/** Counters of failed guesses, in the table `login_throttles`. Each call is one statement. */
@Injectable()
export class GuessLimitsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** Checks the limits of a guess, and counts it as a failure unless a counter blocks. */
  reserve({ own, shared, total }: Counters): Promise<Reserved> {
    const counters = [own, ...shared, ...(total ? [total] : [])];
    const column = (of: keyof GuessLimit): number[] => counters.map(({ limit }) => limit[of]);
    const limits = { free: column('free'), seconds: column('seconds'), longest: column('longest') };
    const keys = counters.map(({ key }) => key);
    return this.statements.runForOne(RESERVE, { keys, ...limits, ownKey: own.key, totalKey: total?.key ?? '' });
  }

  /** Begins the counters of right guesses again, and takes back one failure, counted at a time, from the `returned` ones, in their order. */
  settle({ right, returned, at }: GivenTo<typeof SETTLE>): Promise<unknown> {
    return this.statements.run(SETTLE, { right, returned, at });
  }

  /** Deletes counters that no longer matter, at most so many, and returns their number. */
  forget(limit: number): Promise<number> {
    return this.statements.runForCount(FORGET, { limit });
  }
}
