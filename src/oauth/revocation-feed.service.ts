import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { EndedSessionsService, type EndedSessions } from '../audit-trail/ended-sessions.service.js';
import { ClientsService } from '../clients/clients.service.js';
import { Settings } from '../config/settings.js';
import { AppError } from '../kernel/app-error.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import type { Cutoff } from '../sessions/ended-session.js';
import { BEGINNING, cursorText, type RevocationsCursor } from './revocations-cursor.js';
import { WaitingReaders } from './waiting-readers.js';

const EVERY_MS = 1_000;
/** So long the poll continues without a reader. Readers who were just answered come again, and then know the last cursor of the poll. */
const LINGER_MS = 2_000;
const MOST_READERS = 500;
/** The most cutoffs of one page. */
const MOST_CUTOFFS = 1_000;
/** The most cursors that are remembered as having nothing new. */
const MOST_CURSORS = 1_000;
/** While the service stops, readers wait no longer than this. Without a wait, they would come again immediately. */
const LAST_WAIT_MS = 1_000;

/** A request for the sessions that ended. */
export interface FeedRequest {
  /** How far the reader has read; undefined for a reader that begins. */
  readonly since: RevocationsCursor | undefined;
  /** How long the reader waits if nothing is new. */
  readonly waitMs: number;
  /** Is aborted when the reader has disconnected. */
  readonly signal: AbortSignal;
}

/** A page, with cutoffs, and for how many seconds the access tokens of its sessions may still be valid by themselves. */
export interface FeedPage extends EndedSessions {
  readonly cutoffs: readonly Cutoff[];
  readonly cursor: RevocationsCursor;
  readonly keepFor: number;
}

/** A page, and the epoch in which its read began. */
interface Reading {
  readonly page: FeedPage;
  readonly epoch: number;
}

/**
 * The feed of ended sessions. All readers that wait share one poll of the trail each second. The poll is itself a reader of the feed, with a
 * cursor. A reader that comes with another cursor first reads the trail once. If nothing is new for it, the next page of the poll has all that
 * is new for it, too.
 */
@Injectable()
export class RevocationFeedService implements OnModuleDestroy {
  private readonly readers = new WaitingReaders<FeedPage>();
  /** The cursors, as text, for which nothing was new when the trail was last read. */
  private readonly upToDate = new Set<string>();
  private readonly reading = new Map<string, Promise<Reading>>();
  /** The cursor of the poll; undefined while nothing is polled. */
  private polled: RevocationsCursor | undefined;
  /** Changes when `upToDate` is emptied. */
  private epoch = 0;
  private isPolling = false;
  private lastReaderAt = 0;
  private isStopping = false;

  constructor(
    private readonly ended: EndedSessionsService,
    private readonly cutoffs: CutoffsService,
    private readonly clients: ClientsService,
    private readonly settings: Settings,
  ) {}

  onModuleDestroy(): void {
    this.isStopping = true;
    this.readers.publish();
  }

  /** What ended since the cursor. If nothing did, waits for the next end. @throws AppError 429 when too many readers wait */
  async read({ since, waitMs, signal }: FeedRequest): Promise<FeedPage> {
    if (!since || waitMs === 0) return this.after(since ?? BEGINNING);
    if (this.readers.size >= MOST_READERS) throw tooManyListeners();
    // The reader waits before it reads. Otherwise it could miss a page of the poll meanwhile.
    const reader = this.readers.add(this.isStopping ? Math.min(waitMs, LAST_WAIT_MS) : waitMs, signal);
    try {
      const found = await this.catchUp(since);
      if (found) return found;
      this.startPolling();
      const nothing = { sessions: [], cutoffs: [], cursor: since, hasMore: false, keepFor: await this.longestLife() };
      return (await reader.page) ?? nothing;
    } finally {
      reader.leave();
      this.lastReaderAt = performance.now();
    }
  }

  /**
   * The page after the cursor; undefined when nothing is new. A read that began before the reader waited is good enough, if the poll has
   * published nothing since that read began.
   */
  private async catchUp(since: RevocationsCursor): Promise<FeedPage | undefined> {
    const text = cursorText(since);
    while (!this.upToDate.has(text)) {
      const { page, epoch } = await this.readTogether(since, text);
      if (hasNews(page)) return page;
      this.polled ??= since;
      if (epoch !== this.epoch) continue;
      if (this.upToDate.size < MOST_CURSORS) this.upToDate.add(text);
      break;
    }
    return undefined;
  }

  /** Readers that come with the same cursor at the same time share a read. */
  private readTogether(since: RevocationsCursor, text: string): Promise<Reading> {
    const { epoch } = this;
    const running = this.reading.get(text);
    if (running) return running;
    const reading = this.after(since).then((page) => ({ page, epoch }));
    this.reading.set(text, reading);
    const forget = (): void => {
      this.reading.delete(text);
    };
    reading.then(forget, forget);
    return reading;
  }

  private async after({ cutoff, ...cursor }: RevocationsCursor): Promise<FeedPage> {
    const keepFor = await this.longestLife();
    const [ended, cutoffs] = await Promise.all([
      this.ended.after(cursor, keepFor),
      this.cutoffs.after(cutoff, MOST_CUTOFFS),
    ]);
    return {
      sessions: ended.sessions,
      cutoffs,
      cursor: { ...ended.cursor, cutoff: cutoffs.at(-1)?.number ?? cutoff },
      hasMore: ended.hasMore || cutoffs.length === MOST_CUTOFFS,
      keepFor,
    };
  }

  /** The longest life of an access token, in seconds. */
  private async longestLife(): Promise<number> {
    const clients = await this.clients.all();
    return Math.max(this.settings.ACCESS_TOKEN_TTL, ...clients.map(({ accessTokenTtl }) => accessTokenTtl));
  }

  private startPolling(): void {
    if (this.isPolling) return;
    this.isPolling = true;
    setTimeout(() => void this.poll(), EVERY_MS).unref();
  }

  private async poll(): Promise<void> {
    const began = performance.now();
    const isNeeded = this.readers.size > 0 || (!this.isStopping && began - this.lastReaderAt < LINGER_MS);
    if (!isNeeded || !this.polled) {
      this.stopPolling();
      return;
    }
    try {
      const page = await this.after(this.polled);
      if (hasNews(page)) this.publish(page);
      setTimeout(() => void this.poll(), Math.max(0, began + EVERY_MS - performance.now())).unref();
    } catch (error) {
      this.stopPolling();
      this.readers.fail(error as Error);
    }
  }

  private publish(page: FeedPage): void {
    this.polled = page.cursor;
    this.epoch++;
    this.upToDate.clear();
    if (!page.hasMore) this.upToDate.add(cursorText(page.cursor));
    this.readers.publish(page);
  }

  /** What is new is no longer noticed from now on. */
  private stopPolling(): void {
    this.isPolling = false;
    this.polled = undefined;
    this.epoch++;
    this.upToDate.clear();
  }
}

function hasNews({ sessions, cutoffs }: FeedPage): boolean {
  return sessions.length > 0 || cutoffs.length > 0;
}

function tooManyListeners(): AppError {
  return new AppError('too_many_listeners', 429, 'Too many requests wait for the end of a session. Wait 5 seconds.', {
    headers: { 'retry-after': '5' },
  });
}
