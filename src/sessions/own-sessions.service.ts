import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/origin.js';
import { OwnSessionsRepository, type Moment } from './own-sessions.repository.js';
import { SessionNoticesService } from './session-notices.service.js';
import type { ListedSession } from './session.js';

/** The sessions of a user, for that user. Each end writes its event in the same statement. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly sessions: OwnSessionsRepository,
    private readonly notices: SessionNoticesService,
  ) {}

  /** The live sessions of a user, newest first, at most a thousand. The e-mail is in lower case. */
  list(subject: string): Promise<ListedSession[]> {
    return this.sessions.list(subject);
  }

  /** Ends a session of the actor. False if it has ended, or belongs to another user. */
  async end(sessionId: string, actor: Actor): Promise<boolean> {
    const act = { kind: 'session-ended', actor, reason: 'ended-by-user' } as const;
    const ended = await this.sessions.end(sessionId, act);
    this.notices.ended(ended, act);
    return ended.length > 0;
  }

  /** Ends all sessions of the actor but the kept one, and returns how many it ended. */
  async endOthers(kept: string | undefined, actor: Actor): Promise<number> {
    const act = { kind: 'session-ended', actor, reason: 'ended-by-user' } as const;
    const ended = await this.sessions.endOthers(kept, act);
    this.notices.ended(ended, act);
    return ended.length;
  }

  /** The same in a transaction that changes the actor's password. Returns what to do after the commit. */
  async endOthersWithin(manager: EntityManager, kept: string | undefined, actor: Actor): Promise<() => void> {
    const act = { kind: 'session-ended', actor, reason: 'password-changed' } as const;
    this.notices.ended(await this.sessions.endOthers(kept, act, manager), act, manager);
    return () => {
      this.notices.committed(manager);
    };
  }

  /** The time by the database's clock, and how many seconds ago a user signed in at `authTime` (seconds since 1970). */
  moment(authTime: number | undefined): Promise<Moment> {
    return this.sessions.moment(authTime);
  }
}
