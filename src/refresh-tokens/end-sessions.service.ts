import { Injectable } from '@nestjs/common';
import { failedMember } from '../kernel/validation-error.js';
import type { Act } from '../resource/kit/resource-hooks.js';
import type { Scope } from '../sessions/cutoffs.repository.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import type { SessionsToEnd } from './sessions-to-end.js';

const REASON = 'ended-by-command';

/** What the command returns about the sessions that it ended, or would end. */
interface Answer {
  readonly Ended: number;
  /** Whether the number is an estimate, because there are very many. */
  readonly IsEstimated: boolean;
}

/** The command `END_SESSIONS`: ends the sessions of some records, or those of a user, a client, an earlier time, or everybody. */
@Injectable()
export class EndSessionsService {
  constructor(private readonly cutoffs: CutoffsService) {}

  /** Ends the sessions, or counts them. @throws ValidationError when the parameters do not say which sessions */
  async run(ids: readonly number[], parameters: SessionsToEnd, { actor, manager }: Act): Promise<Answer> {
    const scope = scopeOf(ids, parameters);
    const ending = { reason: REASON, actor };
    if (ids.length > 0) {
      const found = await this.cutoffs.countByIds(ids, manager);
      if (found < ids.length) throw failedMember('Ids', ids, `${ids.length - found} of the records are no sessions`);
      if (!parameters.DryRun) await this.cutoffs.endByIds(ids, ending, manager);
      return { Ended: ids.length, IsEstimated: false };
    }
    if (parameters.DryRun) return { Ended: await this.cutoffs.count(scope, manager), IsEstimated: false };
    const { ended, isEstimated } = await this.cutoffs.endIn(scope, ending, manager);
    return { Ended: ended, IsEstimated: isEstimated };
  }
}

/** The sessions that the parameters mean. Nobody ends all sessions by a parameter that was forgotten. */
function scopeOf(ids: readonly number[], { Subject, ClientId, IssuedBefore, Everybody }: SessionsToEnd): Scope {
  // An empty text is a variable that was not set. It must not end more sessions than were meant, or none.
  for (const [name, value] of Object.entries({ Subject, ClientId }))
    if (value === '') throw failedMember(name, value, 'must not be empty: leave it out');
  const isLimited = Boolean(Subject ?? ClientId ?? IssuedBefore);
  if (ids.length > 0 && (isLimited || Everybody))
    throw failedMember('Ids', ids, 'must be empty or absent beside Subject, ClientId, IssuedBefore or Everybody');
  if (Everybody && (Subject || ClientId))
    throw failedMember('Everybody', Everybody, 'cannot be true beside Subject or ClientId');
  if (ids.length === 0 && !isLimited && !Everybody)
    throw failedMember(
      'Everybody',
      Everybody,
      'must be true if there are neither Ids, Subject, ClientId nor IssuedBefore',
    );
  return { subject: Subject ?? undefined, clientId: ClientId ?? undefined, issuedBefore: IssuedBefore ?? undefined };
}
