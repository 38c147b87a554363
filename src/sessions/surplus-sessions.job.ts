import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SURPLUS_SESSIONS } from '../clients/client-rows.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { SERVICE } from '../kernel/origin.js';
import { TOO_MANY } from './ended-session.js';
import { SessionNoticesService } from './session-notices.service.js';
import { SurplusSessionsRepository } from './surplus-sessions.repository.js';

const EVERY_SECONDS = 30;
const AT_ONCE = 200;

/** Ends the sessions that users have beyond the number that a client allows, after the number became smaller. */
@Injectable()
export class SurplusSessionsJob implements OnModuleInit {
  constructor(
    private readonly jobs: JobsService,
    private readonly sessions: SurplusSessionsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: SURPLUS_SESSIONS,
      description: 'Ends the sessions of users who have more at a client than its SessionsPerUser allows.',
      every: EVERY_SECONDS,
      batchSize: AT_ONCE,
      batch: (size) => this.endSome(size),
    });
  }

  private async endSome(size: number): Promise<number> {
    const found = await this.sessions.find(size);
    if (found.length === 0) return 0;
    const act = { kind: 'session-ended', actor: SERVICE, reason: TOO_MANY } as const;
    const crowds = new Map(found.map((crowd) => [JSON.stringify(crowd), crowd]));
    this.notices.ended(await this.sessions.end([...crowds.values()], act), act);
    return found.length;
  }
}
