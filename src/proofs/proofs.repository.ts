import { Injectable } from '@nestjs/common';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import type { GivenTo } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { FORGET_PROOFS, USE_PROOFS, type UsedProof } from './proof.statements.js';

/** A proof, and when it is good. */
export type DatedProof = GivenTo<typeof USE_PROOFS>['batch'][number];

/** The proofs that requests have used, each as long as it would be good. */
@Injectable()
export class ProofsRepository {
  private readonly proofs = new Batched((those: readonly DatedProof[]) => this.useEach(those));

  constructor(private readonly statements: StatementsService) {}

  /** Uses a proof. Of all requests with a proof, at all replicas, it is the first for one. Concurrent calls share a statement. */
  use(proof: DatedProof): Promise<UsedProof> {
    return this.proofs.get(proof);
  }

  /** Deletes some proofs that are too old to be accepted again, and returns their number. */
  forget(limit: number): Promise<number> {
    return this.statements.runForCount(FORGET_PROOFS, { limit });
  }

  private async useEach(proofs: readonly DatedProof[]): Promise<UsedProof[]> {
    const used = inOrderOf(proofs, await this.statements.run(USE_PROOFS, { batch: proofs }));
    return used.map((each) => {
      if (!each) throw new Error('The statement proof-use left out a proof.');
      return each;
    });
  }
}
