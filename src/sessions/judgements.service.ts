import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { Origin } from '../kernel/origin.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { judge, type Age, type Diagnosis, type Refusal, type Verdict } from './judgement.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import type { Rotatable } from './session.js';

/**
 * The age of a token is only as precise as the time that reading its session took. So a session whose reading took longer is read again.
 */
const PRECISE_MS = 25;
const READINGS = 3;

/** A token that was not redeemed, and the earliest time at which its request may have arrived, in milliseconds of `performance.now()`. */
export interface Unredeemed extends Rotatable {
  readonly receivedAt: number;
  /** When this process began to handle the request, in milliseconds of `performance.now()`. */
  readonly readAt: number;
}

/** A session, the verdict on one of its tokens, and what changed since the previous redemption: network, user agent, both, or nothing. */
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

  /** Judges a token by the present state of its session in the database; undefined when the session has ended. */
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

  /** Why a token is refused although it is the current token, or may be repeated. */
  private objectionTo(session: Diagnosis, changeOfPlace: string): Refusal | undefined {
    if (!this.users.admits(session)) return 'user-tampered';
    return changeOfPlace !== '' && this.settings.REFRESHED_ELSEWHERE === 'end' ? 'refreshed-elsewhere' : undefined;
  }

  /** Reads the session of a token, and measures how long before that the token's request arrived. */
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
