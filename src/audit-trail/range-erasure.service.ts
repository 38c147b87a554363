import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditSealsRepository } from './audit-seals.repository.js';
import { DamageReportsService } from './damage-reports.service.js';
import { PersonEventsRepository, type PersonValues } from './person-events.repository.js';
import type { MeasuredSeal } from './seal.js';
import { SealChainService } from './seal-chain.service.js';

/** The number of changed events, and the damage found in the range, if any. */
interface Erased {
  readonly count: number;
  readonly damage?: string;
}

/**
 * Erases a person from the events of a seal. The seal keeps its digest and its link, so the chain stays as it is. The seal notes the new digest of
 * its events under a MAC, together with the pseudonym. If the events were not as the service wrote them, the seal notes nothing, so that an erasure
 * hides no change of others: `audit verify` goes on to report the range.
 */
@Injectable()
export class RangeErasureService {
  constructor(
    private readonly seals: AuditSealsRepository,
    private readonly events: PersonEventsRepository,
    private readonly chain: SealChainService,
    private readonly damages: DamageReportsService,
  ) {}

  /** Replaces what the events of a seal say of a person, and returns how many it changed. */
  async erase(id: number, person: PersonValues): Promise<number> {
    const { count, damage } = await this.seals.transaction((manager) => this.eraseIn(id, person, manager));
    if (damage !== undefined) await this.damages.report('range-changed', damage);
    return count;
  }

  private async eraseIn(id: number, person: PersonValues, manager: EntityManager): Promise<Erased> {
    await this.events.lock(id, manager);
    const before = await this.measured(id, manager);
    // Retention has deleted the events meanwhile.
    if (before?.prunedOn !== null) return { count: 0 };
    const { count, erasedOn } = await this.events.eraseRange(before, person, manager);
    const after = await this.measured(id, manager);
    const isIntact = this.chain.isGenuine(before) && this.chain.isIntact(before) && after?.foundCount === before.count;
    if (!isIntact) return { count, damage: `the events of seal ${id} were changed before an erasure` };
    const { pseudonym } = person;
    const { foundDigest: digest } = after;
    const erasures = [...(before.erasures ?? []), { pseudonym, digest, events: count, erasedOn }];
    if (count > 0) await this.events.note(before, erasures, this.chain.erase(before, erasures), manager);
    return { count };
  }

  private async measured(id: number, manager: EntityManager): Promise<MeasuredSeal | undefined> {
    const [seal] = await this.seals.measuredAfter(id - 1, 1, manager);
    return seal?.id === id ? seal : undefined;
  }
}
