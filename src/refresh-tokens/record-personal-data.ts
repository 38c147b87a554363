import { Injectable } from '@nestjs/common';
import { SERVICE } from '../kernel/origin.js';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { viewOf } from '../resource/kit/resource-views.js';
import { PersonRecordsRepository } from './person-records.repository.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';

/** A record may have a ticket of 64 KiB. */
const AT_ONCE = 100;

/** The records of which a person is the subject or the client, without their tickets: those of sessions, and those that clients wrote. */
@Injectable()
export class RecordPersonalData extends PersonalData {
  readonly name = 'RefreshTokens';

  constructor(private readonly records: PersonRecordsRepository) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    for (let after = 0; ;) {
      const page = await this.records.after(after, email, AT_ONCE);
      for (const row of page) yield { ...viewOf(REFRESH_TOKENS, row), ...REFRESH_TOKENS.hiddenSecrets };
      const last = page.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  /** The sessions have ended by then, so their records are gone. */
  async erase(person: ErasedPerson): Promise<number> {
    const act = { kind: 'record-deleted', actor: SERVICE, reason: 'erased' } as const;
    const deleted = await untilFew(() => this.records.deleteSome(person, AT_ONCE, act));
    return deleted + (await untilFew(() => this.records.replaceClient(person, AT_ONCE)));
  }
}

/** Runs a statement until it changes fewer rows than it may, and returns how many it changed in all. */
async function untilFew(change: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let changed = AT_ONCE; changed === AT_ONCE; total += changed) changed = await change();
  return total;
}
