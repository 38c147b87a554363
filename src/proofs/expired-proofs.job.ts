import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobsService } from '../jobs/jobs.service.js';
import { ProofsRepository } from './proofs.repository.js';

const EVERY_SECONDS = 60;
const BATCH_SIZE = 5_000;

/** Deletes DPoP proofs that are too old to be accepted again. */
@Injectable()
export class ExpiredProofsJob implements OnModuleInit {
  constructor(
    private readonly jobs: JobsService,
    private readonly proofs: ProofsRepository,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'expired-proofs',
      description: 'Deletes DPoP proofs that are too old to be accepted again.',
      every: EVERY_SECONDS,
      batchSize: BATCH_SIZE,
      batch: (size) => this.proofs.forget(size),
    });
  }
}
