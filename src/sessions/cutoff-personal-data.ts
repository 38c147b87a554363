import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { PersonalData, type ErasedPerson } from '../plug-ins/personal-data.js';
import { CutoffsRepository } from './cutoffs.repository.js';

/** The cutoffs of a person's sessions, and those that the person made. A job deletes each after a quarter of an hour. */
@Injectable()
export class CutoffPersonalData extends PersonalData {
  readonly name = 'SessionCutoffs';

  constructor(private readonly cutoffs: CutoffsRepository) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    for (const cutoff of await this.cutoffs.naming(email)) {
      const { subject: Subject, clientId: ClientId, reason: Reason, actor: Actor, issuedBefore, createdOn } = cutoff;
      yield {
        ...{ Subject, ClientId, IssuedBefore: issuedBefore && formatDateTime(issuedBefore), Reason, Actor },
        ...{ Address: cutoff.address, UserAgent: cutoff.userAgent, CreatedOn: formatDateTime(createdOn) },
      };
    }
  }

  erase(person: ErasedPerson): Promise<number> {
    return this.cutoffs.erase(person);
  }
}
