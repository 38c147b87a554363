import { Injectable } from '@nestjs/common';
import { ClientsService } from '../clients/clients.service.js';
import type { Received } from '../http/arrival.js';
import { Settings } from '../config/settings.js';
import type { Origin } from '../kernel/origin.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { judge, type Diagnosis, type OutOfUse, type Refusal, type Verdict } from './judgement.js';
import { RedemptionsRepository } from './redemptions.repository.js';
import type { Rotatable } from './session.js';

/**
 * A time in the database is known here only as precisely as the statement took that read it. If the verdict depends on that, the session is
 * read again, at most this often in all.
 */
const READINGS = 5;

/** A token that was not redeemed, and when its request arrived. */
export interface Unredeemed extends Rotatable {
  readonly received: Received;
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
    private readonly clients: ClientsService,
    private readonly settings: Settings,
  ) {}

  /** Judges a token by the present state of its session in the database; undefined when the session has ended. */
  async of(token: Unredeemed): Promise<Judged | undefined> {
    const found = await this.diagnose(token);
    if (!found) return undefined;
    const { session, verdict } = found;
    const changeOfPlace = changeBetween(session, token.origin);
    const isGood = verdict === 'current' || verdict === 'repeat';
    const objection = isGood ? this.objectionTo(session, changeOfPlace) : undefined;
    return { session, changeOfPlace, verdict: objection ?? verdict };
  }

  /** Why a token is refused although it is the current token, or may be repeated. */
  private objectionTo(session: Diagnosis, changeOfPlace: string): Refusal | undefined {
    if (!this.users.admits(session)) return 'user-tampered';
    return changeOfPlace !== '' && this.settings.REFRESHED_ELSEWHERE === 'end' ? 'refreshed-elsewhere' : undefined;
  }

  /** Reads the session of a token and judges the token. In doubt about its age the token is no replay. */
  private async diagnose(token: Unredeemed): Promise<{ session: Diagnosis; verdict: Verdict } | undefined> {
    const policyOf = await this.clients.policies();
    let outOfUse = UNKNOWN;
    let generation: number | undefined;
    for (let reading = 1; ; reading++) {
      const begun = performance.now();
      const session = await this.redemptions.diagnose(token);
      if (!session) return undefined;
      // Another generation has other times.
      const known = session.generation === generation ? outOfUse : UNKNOWN;
      generation = session.generation;
      outOfUse = narrowed(known, session, token.received, { begun, ended: performance.now() });
      const { refreshRetryWindow: retry, refreshLostAnswerWindow: lostAnswer } = policyOf(session.clientId);
      const [verdict, other] = [outOfUse.least, outOfUse.most].map((each) =>
        judge(session, token.claims.generation, each, { retry, lostAnswer }),
      ) as [Verdict, Verdict];
      if (verdict === other || reading === READINGS) return { session, verdict };
    }
  }
}

/** How long the tokens were out of use, at least and at most. */
interface Bounds {
  readonly least: OutOfUse;
  readonly most: OutOfUse;
}

const UNKNOWN: Bounds = {
  least: { token: -Infinity, successor: -Infinity },
  most: { token: Infinity, successor: Infinity },
};

/** The bounds, narrowed by what a reading of the session says. The reading took place between two times of `performance.now()`. */
function narrowed(
  { least, most }: Bounds,
  { sinceSuperseded, sinceSuccessorSuperseded }: Diagnosis,
  received: Received,
  { begun, ended }: { begun: number; ended: number },
): Bounds {
  const token = sinceSuperseded ?? Infinity;
  const successor = sinceSuccessorSuperseded ?? Infinity;
  return {
    least: {
      token: Math.max(least.token, token - (ended - received.from) / 1000),
      successor: Math.max(least.successor, successor - (ended - received.until) / 1000),
    },
    most: {
      token: Math.min(most.token, token - (begun - received.from) / 1000),
      successor: Math.min(most.successor, successor - (begun - received.until) / 1000),
    },
  };
}

/** `network`, `user-agent`, both, or nothing. */
function changeBetween({ lastRedeemedOn, isOtherNetwork, lastUserAgent }: Diagnosis, origin: Origin): string {
  if (!lastRedeemedOn) return '';
  const isOtherAgent = (lastUserAgent ?? null) !== origin.userAgent;
  return [...(isOtherNetwork ? ['network'] : []), ...(isOtherAgent ? ['user-agent'] : [])].join(' ');
}
