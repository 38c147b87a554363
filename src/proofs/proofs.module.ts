import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { ExpiredProofsJob } from './expired-proofs.job.js';
import { CreateDpopProofs1797000003000 } from './migrations/1797000003000-create-dpop-proofs.js';
import { ProofKeysService } from './proof-keys.service.js';
import { ProofNoncesService } from './proof-nonces.service.js';
import { ProofsRepository } from './proofs.repository.js';
import { ProofsService } from './proofs.service.js';

/** Proofs of possession of a key (DPoP, RFC 9449). */
@Module({
  imports: [JobsModule, DatabaseModule.forFeature({ entities: [], migrations: [CreateDpopProofs1797000003000] })],
  providers: [ProofsService, ProofKeysService, ProofNoncesService, ProofsRepository, ExpiredProofsJob],
  exports: [ProofsService],
})
export class ProofsModule {}
