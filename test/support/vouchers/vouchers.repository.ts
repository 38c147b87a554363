import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../../../src/audit/audit-event.js';
import { ResourceRepository } from '../../../src/resource/kit/resource.repository.js';
import type { Write } from '../../../src/resource/write-envelope.js';
import type { Voucher } from './voucher.js';

/** A repository of a team's own. */
export class VouchersRepository extends ResourceRepository<Voucher> {
  static stored = 0;

  override async create(record: object, act: AuditAct, manager?: EntityManager): Promise<Write> {
    const write = await super.create(record, act, manager);
    VouchersRepository.stored++;
    return write;
  }
}
