import { Injectable } from '@nestjs/common';
import { SERVICE } from '../kernel/origin.js';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { viewOf } from '../resource/kit/resource-views.js';
import { REFRESH_TOKENS } from './refresh-token.entity.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';

const AT_ONCE = 500;

/** The records of a subject, without their tickets: those of sessions, and those that clients wrote. */
@Injectable()
export class RecordPersonalData extends PersonalData {
  readonly name = 'RefreshTokens';

  constructor(private readonly records: RefreshTokensRepository) {
    super();
  }

  async *held(email: string): AsyncGenerator<object> {
    for (let after = 0; ;) {
      const page = await this.records.ofSubject(email, after, AT_ONCE);
      for (const row of page) yield { ...viewOf(REFRESH_TOKENS, row), ...REFRESH_TOKENS.hiddenSecrets };
      const last = page.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  /** The sessions have ended by then, so their records are gone. */
  async erase({ email }: ErasedPerson): Promise<number> {
    const act = { kind: 'record-deleted', actor: SERVICE, reason: 'erased' } as const;
    for (let count = 0; ;) {
      const deleted = await this.records.deleteOfSubject(email, AT_ONCE, act);
      count += deleted;
      if (deleted < AT_ONCE) return count;
    }
  }
}
