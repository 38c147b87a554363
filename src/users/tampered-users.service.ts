import { Injectable, Logger } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { SERVICE } from '../kernel/origin.js';

/** A user is reported again after this time. */
const AGAIN_AFTER_MS = 3_600_000;
/** A writer of the database can make any number of such rows, and must not fill the trail by them. */
const MOST = 100;

/** Reports users whose rows were not written by the service: each once an hour in each process, a hundred of them at most. */
@Injectable()
export class TamperedUsersService {
  private readonly logger = new Logger(TamperedUsersService.name);
  private readonly reported = new Map<string, number>();

  constructor(private readonly events: AuditEventsService) {}

  /** Writes a line to the log and an event to the trail, unless that was done not long ago. */
  report(email: string): void {
    const now = performance.now();
    for (const [name, time] of this.reported) if (now - time > AGAIN_AFTER_MS) this.reported.delete(name);
    if (this.reported.has(email) || this.reported.size >= MOST) return;
    this.reported.set(email, now);
    this.logger.warn(
      `The row of user ${JSON.stringify(email)} was not written by this service, or under another TESSERA_SECRET: ` +
        'the user is refused. See "users list" and "users approve".',
    );
    this.events.record({ kind: 'user-tampered', actor: SERVICE, subject: email }).catch((error: unknown) => {
      this.logger.warn(`The event about it was not written: ${(error as Error).message}`);
    });
  }
}
