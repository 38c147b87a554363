import { Injectable } from '@nestjs/common';
import type { AuditAct } from '../audit/audit-event.js';
import type { Origin } from '../kernel/origin.js';
import { REPETITIONS, type Diagnosis } from './judgement.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import type { RefreshTokenClaims } from './refresh-token.codec.js';
import type { Rotatable } from './session.js';
import { SessionNoticesService } from './session-notices.service.js';

/** Carries out the verdict on a token that is not the current token: repeats the answer, or ends the session. */
@Injectable()
export class StaleTokensService {
  constructor(
    private readonly redemptions: RedemptionsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  /** Counts a repetition of the current token. False when the session changed meanwhile, or its token was repeated too often. */
  repeat(session: Diagnosis & Pick<Rotatable, 'jkt'>, act: AuditAct): Promise<boolean> {
    return this.redemptions.repeat(session, REPETITIONS, act);
  }

  /** Ends the session of a token. False when it has already ended, or the user signed in again meanwhile. */
  async end(
    session: Diagnosis,
    { claims, origin }: { readonly claims: RefreshTokenClaims; readonly origin: Origin },
    reason: 'replayed' | 'refreshed-elsewhere',
  ): Promise<boolean> {
    const act = { kind: 'session-ended', actor: { name: session.subject, origin }, reason } as const;
    const isReplay = reason === 'replayed';
    const hasEnded = await (isReplay
      ? this.redemptions.endReplayed(claims, act)
      : this.redemptions.endElsewhere(claims, act));
    if (!hasEnded) return false;
    if (isReplay) this.notices.replayed(session, act);
    this.notices.ended([session], act);
    return true;
  }
}
