import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AuditAct } from '../audit/audit-event.js';
import { actValues } from '../audit/audited.js';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import type { EndedRow } from './ended-session.js';
import { END_OWN, END_OWN_OTHERS, MOMENT, OWN_SESSIONS } from './own-sessions.statements.js';
import { sessionPolicyOf, type SessionPolicy } from './session-lives.js';
import type { ListedSession } from './session.js';

/** The most sessions that a user is shown. */
const MOST_SHOWN = 1_000;

/** The time by the database's clock, and how many seconds ago the user signed in; null if there was no sign-in. */
export interface Moment {
  readonly now: Date;
  readonly age: number | null;
}

/** The rows of the sessions of the user who asks. The actor of each act is that user. */
@Injectable()
export class OwnSessionsRepository {
  private readonly policy: SessionPolicy;

  constructor(
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.policy = sessionPolicyOf(settings);
  }

  /** The live sessions of a user, newest first. */
  list(subject: string): Promise<ListedSession[]> {
    return this.statements.run(OWN_SESSIONS, { subject, ...this.policy, limit: MOST_SHOWN });
  }

  /** Ends a session of the actor, and returns it. None if the session has ended, or belongs to another user. */
  end(sessionId: string, act: AuditAct): Promise<EndedRow[]> {
    return this.statements.run(END_OWN, { subject: act.actor.name, sessionId, ...actValues(act) });
  }

  /** Ends all sessions of the actor but the kept one, and returns them. */
  endOthers(kept: string | undefined, act: AuditAct, manager?: EntityManager): Promise<EndedRow[]> {
    return this.statements.run(END_OWN_OTHERS, { subject: act.actor.name, kept, ...actValues(act) }, manager);
  }

  /** The moment of a request. `authTime` is when its user signed in, in seconds since 1970. */
  moment(authTime: number | undefined): Promise<Moment> {
    return this.statements.runForOne(MOMENT, { authTime });
  }
}
