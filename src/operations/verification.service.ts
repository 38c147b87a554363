import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AuditVerificationService, type Verification } from '../audit-trail/audit-verification.service.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { INTACT } from './operation-audit-kinds.js';

/** Verifies the audit trail for users. */
@Injectable()
export class VerificationService {
  private isRunning = false;

  constructor(
    private readonly verification: AuditVerificationService,
    private readonly events: AuditEventsService,
  ) {}

  /**
   * Verifies the whole trail: yields JSON lines with the progress, and a last line with the result. A process verifies once at a time.
   * @throws AppError 409 when it does already
   */
  begin(actor: Actor): AsyncGenerator<string, void> {
    if (this.isRunning) throw new AppError('job_runs', 409, 'A verification of the audit trail runs already.');
    this.isRunning = true;
    return this.lines(actor);
  }

  /** Ends a verification that nobody waits for any more. */
  end(): void {
    this.isRunning = false;
  }

  private async *lines(actor: Actor): AsyncGenerator<string, void> {
    const of = await this.verification.newest();
    yield line({ Seals: 0, Of: of });
    let result: Verification | undefined;
    for await (const step of this.verification.steps()) {
      if (typeof step === 'number') yield line({ Seals: step, Of: of });
      else result = step;
    }
    if (!result) return;
    const { seals, events, unsealed, findings } = result;
    const [first, ...others] = findings;
    const more = others.length > 0 ? ` There are ${others.length} more findings.` : '';
    const reason = first ? first.message + more : INTACT;
    await this.events.record({ kind: 'audit-verified', actor, reason });
    const found = findings.map(({ kind, message }) => ({ Kind: kind, Message: message }));
    yield line({ Seals: seals, Of: seals, Events: events, Unsealed: unsealed, Findings: found });
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
