import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { AccessToken } from './access-token.strategy.js';
import { basicOf, Settings } from './settings.js';

/** A cutoff: it ended all sessions to which its members apply, if their sign-in did not see it. */
interface Cutoff {
  readonly number: number;
  readonly sub?: string;
  readonly client_id?: string;
  readonly auth_time_before: number;
}

/** A page of Tessera's feed of ended sessions. */
interface Revocations {
  readonly sessions: readonly string[];
  readonly cutoffs: readonly Cutoff[];
  readonly cursor: string;
  readonly has_more: boolean;
  readonly keep_for: number;
}

const WAIT_SECONDS = 20;
/** Tessera answers after the wait at the latest. Without an answer, the connection is lost. */
const LIMIT_MS = (WAIT_SECONDS + 10) * 1_000;
const AGAIN_AFTER_MS = 5_000;

/**
 * Knows which sessions ended, within about a second: it follows the feed of Tessera, with one request that waits at a time. While the feed
 * cannot be read, the tokens of newly ended sessions are accepted until they expire, and the log says so.
 */
@Injectable()
export class EndedSessionsService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(EndedSessionsService.name);
  /** The sessions, each with the time at which its last access token has expired, in milliseconds; the oldest first. */
  private readonly ended = new Map<string, number>();
  /** The cutoffs by their numbers, likewise. */
  private readonly cutoffs = new Map<number, Cutoff & { readonly until: number }>();
  private readonly stop = new AbortController();
  private cursor: string | undefined;
  private isFollowed = true;

  constructor(private readonly settings: Settings) {}

  /** Reads the feed up to its end before the first request, and then follows it. */
  async onModuleInit(): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.readOnce();
    void this.follow();
  }

  onApplicationShutdown(): void {
    this.stop.abort();
  }

  /** Whether the session of an access token has ended, alone or with many others by a cutoff. */
  has(token: AccessToken): boolean {
    return this.ended.has(token.sid) || [...this.cutoffs.values()].some((cutoff) => endedBy(cutoff, token));
  }

  private async follow(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      if (!this.isFollowed) await pause(AGAIN_AFTER_MS, undefined, { signal, ref: false }).catch(() => undefined);
      await this.readOnce();
    }
  }

  /** Reads a page, and returns whether more follow. */
  private async readOnce(): Promise<boolean> {
    try {
      const page = await this.read();
      const { cursor, has_more: hasMore } = page;
      this.keep(page);
      this.cursor = cursor;
      this.isFollowed = true;
      return hasMore;
    } catch (error) {
      if (this.isFollowed && !this.stop.signal.aborted)
        this.logger.warn(`The feed of ended sessions cannot be read: ${(error as Error).message}`);
      this.isFollowed = false;
      return false;
    }
  }

  private async read(): Promise<Revocations> {
    const { issuer, client } = this.settings;
    const query = new URLSearchParams(this.cursor === undefined ? {} : { since: this.cursor, wait: `${WAIT_SECONDS}` });
    const response = await fetch(`${issuer}/api/token/revocations?${query.toString()}`, {
      headers: { authorization: basicOf(client) },
      signal: AbortSignal.any([this.stop.signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    if (!response.ok) throw new Error(`Tessera answered ${response.status}.`);
    return (await response.json()) as Revocations;
  }

  /** Keeps sessions and cutoffs for as long as their tokens live, and forgets earlier ones. */
  private keep({ sessions, cutoffs, keep_for: seconds }: Revocations): void {
    const now = Date.now();
    const until = now + seconds * 1_000;
    for (const [session, end] of this.ended) {
      if (end > now) break;
      this.ended.delete(session);
    }
    for (const session of sessions) {
      this.ended.delete(session);
      this.ended.set(session, until);
    }
    for (const { number, until: end } of this.cutoffs.values()) if (end <= now) this.cutoffs.delete(number);
    for (const cutoff of cutoffs) this.cutoffs.set(cutoff.number, { ...cutoff, until });
  }
}

/** A sign-in that did not see a cutoff has a lower `cutoffs_seen`, or none. Much later sign-ins have a later `auth_time`. */
function endedBy(
  cutoff: Cutoff,
  { sub, client_id: client, auth_time: time, cutoffs_seen: seen = 0 }: AccessToken,
): boolean {
  return (
    cutoff.number > seen &&
    time < cutoff.auth_time_before &&
    (cutoff.sub ?? sub) === sub &&
    (cutoff.client_id ?? client) === client
  );
}
