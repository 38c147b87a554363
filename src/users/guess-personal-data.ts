import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { GuessLimitsRepository } from './guess-limits.repository.js';
import { GuessLimitsService } from './guess-limits.service.js';
import { counterNamesOf } from './login-throttle.service.js';

/**
 * The counters of failed sign-ins of a user. The database has their names as HMACs only, so those of an address are found by the addresses
 * that the audit trail has.
 */
@Injectable()
export class GuessPersonalData extends PersonalData {
  readonly name = 'SignInLimits';

  constructor(
    private readonly limits: GuessLimitsService,
    private readonly rows: GuessLimitsRepository,
  ) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    for (const { name, failures, blockedUntil, lastFailure, lastSuccess } of await this.limits.named(
      await this.namesOf(email),
    ))
      yield {
        Counter: name,
        Failures: failures,
        BlockedUntil: shown(blockedUntil),
        LastFailureOn: shown(lastFailure),
        LastSuccessOn: shown(lastSuccess),
      };
  }

  async erase({ email }: ErasedPerson): Promise<number> {
    return this.limits.forgetNamed(await this.namesOf(email));
  }

  private async namesOf(email: string): Promise<string[]> {
    return counterNamesOf(email, await this.rows.addressesOf(email));
  }
}

function shown(time: Date | null): string | null {
  return time && formatDateTime(time);
}
