import { Injectable, Logger } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { SERVICE } from '../kernel/origin.js';
import { steadyNow } from '../kernel/steady-now.js';

/** A user is reported again after this time. */
const AGAIN_AFTER_MS = 3_600_000;
/** An attacker who can write to the database could make any number of such rows. This limit keeps the trail from filling up. */
const MOST = 100;

/** Reports users whose rows the service did not write. Each process reports a user once an hour, and at most a hundred users. */
@Injectable()
export class TamperedUsersService {
  private readonly logger = new Logger(TamperedUsersService.name);
  private readonly reported = new Map<string, number>();

  constructor(private readonly events: AuditEventsService) {}

  /** Writes a line to the log and an event to the trail, unless this user was reported within the last hour. */
  report(email: string): void {
    const now = steadyNow();
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
