import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { Origin } from '../kernel/origin.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { judge, type Age, type Diagnosis, type Refusal, type Verdict } from './judgement.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import type { Rotatable } from './session.js';

/** The age of a token is known to within the time that reading its session took: what took longer is read again. */
const PRECISE_MS = 25;
const READINGS = 3;

/** A token that was not redeemed, and when its request had arrived, in milliseconds by `performance.now()`. */
export interface Unredeemed extends Rotatable {
  readonly receivedAt: number;
  /** When this process began with the request, likewise. */
  readonly readAt: number;
}

/** A session, what becomes of a token of it, and how the place differs from that of the redemption before: empty when it does not. */
export interface Judged {
  readonly session: Diagnosis;
  readonly verdict: Verdict;
  readonly changeOfPlace: string;
}

/** Finds out why a token was not redeemed. */
@Injectable()
export class JudgementsService {
  constructor(
    private readonly redemptions: RedemptionsRepository,
    private readonly users: GenuineUsersService,
    private readonly settings: Settings,
  ) {}

  /** Judges a token by what the database knows of its session now; undefined when the session has ended. */
  async of(token: Unredeemed): Promise<Judged | undefined> {
    const { REFRESH_RETRY_WINDOW: retry, REFRESH_LOST_ANSWER_WINDOW: lostAnswer } = this.settings;
    const { session, age } = await this.diagnose(token);
    if (!session) return undefined;
    const changeOfPlace = changeBetween(session, token.origin);
    const verdict = judge(session, token.claims.generation, age, { retry, lostAnswer });
    const isGood = verdict === 'current' || verdict === 'repeat';
    const objection = isGood ? this.objectionTo(session, changeOfPlace) : undefined;
    return { session, changeOfPlace, verdict: objection ?? verdict };
  }

  /** Why a token that is good is refused all the same. */
  private objectionTo(session: Diagnosis, changeOfPlace: string): Refusal | undefined {
    if (!this.users.admits(session)) return 'user-tampered';
    return changeOfPlace !== '' && this.settings.REFRESHED_ELSEWHERE === 'end' ? 'refreshed-elsewhere' : undefined;
  }

  /** The session of a token, and how many seconds before the database read it the token's request had arrived. */
  private async diagnose(token: Unredeemed): Promise<{ session?: Diagnosis; age: Age }> {
    const { receivedAt, readAt } = token;
    for (let reading = 1; ; reading++) {
      const begun = performance.now();
      const session = await this.redemptions.diagnose(token);
      const now = performance.now();
      const age = { sinceArrival: (now - receivedAt) / 1000, sinceRead: (begun - readAt) / 1000 };
      if (!session) return { age };
      if (now - begun < PRECISE_MS || reading === READINGS) return { session, age };
    }
  }
}

/** `network`, `user-agent`, both, or nothing. */
function changeBetween({ lastRedeemedOn, isOtherNetwork, lastUserAgent }: Diagnosis, origin: Origin): string {
  if (!lastRedeemedOn) return '';
  const isOtherAgent = (lastUserAgent ?? null) !== origin.userAgent;
  return [...(isOtherNetwork ? ['network'] : []), ...(isOtherAgent ? ['user-agent'] : [])].join(' ');
}
