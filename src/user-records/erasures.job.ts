import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { SERVICE } from '../kernel/origin.js';
import { UsersService } from '../users/users.service.js';
import { ErasuresRepository } from './erasures.repository.js';
import { PersonalDataService } from './personal-data.service.js';

const EVERY_SECONDS = 60;

/** Looks a second time for what an erased person left, when no request that began before the erasure can still write. Then it forgets the name. */
@Injectable()
export class ErasuresJob implements OnModuleInit {
  private readonly logger = new Logger(ErasuresJob.name);

  constructor(
    private readonly rows: ErasuresRepository,
    private readonly data: PersonalDataService,
    private readonly users: UsersService,
    private readonly events: AuditEventsService,
    private readonly jobs: JobsService,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'erasures',
      description: 'Looks a second time for what erased persons left, a quarter of an hour after each erasure.',
      every: EVERY_SECONDS,
      batchSize: 1,
      batch: () => this.lookAgain(),
    });
  }

  /** Completes the oldest erasure, if it is due. Returns how many erasures it completed. */
  private async lookAgain(): Promise<number> {
    const erasure = await this.rows.due();
    if (!erasure) return 0;
    const { pseudonym: subject } = erasure;
    const reason = await this.eraseRest(erasure);
    await this.rows.transaction(async (manager) => {
      await this.rows.forget(erasure, manager);
      await this.events.record({ kind: 'erasure-completed', actor: SERVICE, subject, reason }, manager);
    });
    return 1;
  }

  /** A user who was added again since is another account: what it did stays. */
  private async eraseRest({ pseudonym, email }: { pseudonym: string; email: string | undefined }): Promise<string> {
    if (email === undefined) {
      this.logger.warn(`The row of the erasure ${pseudonym} was not written by the service, or under another secret.`);
      return 'unreadable';
    }
    if (await this.users.find(email)) return 'added-again';
    const counts = Object.values(await this.data.erase({ email, pseudonym }));
    return `${counts.reduce((sum, count) => sum + count, 0)} rows`;
  }
}
