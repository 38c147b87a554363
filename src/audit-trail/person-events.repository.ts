import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import type { ErasedPerson } from '../plug-ins/personal-data.js';
import type { Row } from '../resource/kit/row.js';
import {
  END_OF_IDS,
  ERASE_RANGE,
  ERASE_UNSEALED,
  ERASERS,
  EVENTS_NAMING,
  LOCK_RANGE,
  NOTE_ERASURES,
  SEALS_NAMING,
  SESSIONS_NAMED,
  type PersonValues,
} from './person.statements.js';
import type { RangeErasure, Seal } from './seal.js';

export type { PersonValues } from './person.statements.js';

/** A range of ids: those after one id, up to another. */
interface IdRange {
  readonly after: number;
  readonly upTo: number;
}

/** How many events an erasure changed, and when, by the database's clock. */
interface ErasedEvents {
  readonly count: number;
  readonly erasedOn: number;
}

/** The events that name a person, and the seals of their ranges. No index finds them all, so they are read in the order of their ids. */
@Injectable()
export class PersonEventsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** What finds the events of a person: the name, and the sessions that events name. */
  async find({ email: name, pseudonym }: ErasedPerson): Promise<PersonValues> {
    const rows = await this.statements.run(SESSIONS_NAMED, { subjects: [name, pseudonym] });
    return { name, quoted: JSON.stringify(name), sessions: rows.map(({ sessionId }) => sessionId), pseudonym };
  }

  /** The last id of the next `size` events after an id; null when there are none. */
  async endOfPage(after: number, size: number): Promise<number | null> {
    return (await this.statements.runForOne(END_OF_IDS, { after, size })).upTo;
  }

  /** The events of a range of ids that name a person, by Id. */
  between({ after, upTo }: IdRange, person: PersonValues): Promise<Row[]> {
    return this.statements.run(EVENTS_NAMING, { after, upTo, ...person });
  }

  /** The next seals after a seal whose events exist, and whether an event of each names a person. */
  sealsAfter(after: number, limit: number, person: PersonValues): Promise<{ id: number; isNaming: boolean }[]> {
    return this.statements.run(SEALS_NAMING, { after, limit, ...person });
  }

  /** Locks a seal and its events. */
  lock(id: number, manager: EntityManager): Promise<unknown> {
    return this.statements.run(LOCK_RANGE, { id }, manager);
  }

  /** Replaces what the events of a seal say of a person, and returns how many it changed, and when, in seconds since 1970. */
  eraseRange({ fromId, toId }: Seal, person: PersonValues, manager: EntityManager): Promise<ErasedEvents> {
    return this.statements.runForOne(
      ERASE_RANGE,
      { fromId, toId, ...person, quotedPseudonym: JSON.stringify(person.pseudonym) },
      manager,
    );
  }

  /** Replaces the same in the events of a range of ids that have no seal, and returns how many it changed. */
  async eraseUnsealed({ after, upTo }: IdRange, person: PersonValues, manager: EntityManager): Promise<number> {
    return (
      await this.statements.runForOne(
        ERASE_UNSEALED,
        { after, upTo, ...person, quotedPseudonym: JSON.stringify(person.pseudonym) },
        manager,
      )
    ).count;
  }

  /** Stores the erasures of a seal. */
  note({ id }: Seal, erasures: readonly RangeErasure[], erasedMac: string, manager: EntityManager): Promise<unknown> {
    return this.statements.run(NOTE_ERASURES, { id, erasures: JSON.stringify(erasures), erasedMac }, manager);
  }

  /** Who made erasures, by their pseudonyms. */
  async erasers(pseudonyms: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.statements.run(ERASERS, { pseudonyms });
    return new Map(rows.map(({ pseudonym, by }) => [pseudonym, by]));
  }
}
